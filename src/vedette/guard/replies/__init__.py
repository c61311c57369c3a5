"""What a reply must not hold: its instructions, planted words, links that carry data away, made-up pseudonyms."""

from vedette.guard.replies.scanner import RepliesScanner

__all__ = ["RepliesScanner"]
