"""What may be said of the answers, and how a digest is made of it."""
