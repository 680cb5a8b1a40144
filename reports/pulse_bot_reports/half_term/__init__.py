"""The words of a half-term's report."""
