"""Chat platforms on loopback: real HTTP servers that check what they are sent and play people."""
