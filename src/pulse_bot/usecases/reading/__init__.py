"""What can be read: a member's own page, digests, the log, an operator's lists."""
