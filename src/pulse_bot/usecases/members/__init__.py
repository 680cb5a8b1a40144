"""The people of a partnership: joining, leaving, preferences, roles, what is held about them."""
