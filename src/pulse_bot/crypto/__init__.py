"""What keeps secrets: sealed envelopes, the keys of rounds, codes, and private files."""
