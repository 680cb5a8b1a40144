"""A partnership itself: what its members can read of every change that was made to it."""
