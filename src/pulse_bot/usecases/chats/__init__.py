"""The chats of a partnership: linked, set up, invited, told what has changed."""
