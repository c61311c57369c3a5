"""Questions over recorded and made-up incidents with their right answers, and what the copilot says to them."""
