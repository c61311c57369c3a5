"""The copilot room: a question enters; a plan of typed tools and then checked claims leave.

Also sessions, feedback and promptbooks.
"""

from vedette.copilot.base import Answerer, Listener, Progress, Stage

__all__ = ["Answerer", "Listener", "Progress", "Stage"]
