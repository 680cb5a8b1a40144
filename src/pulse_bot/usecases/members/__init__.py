"""The people of a partnership: joining, leaving, wishes, roles, what is held about them."""
