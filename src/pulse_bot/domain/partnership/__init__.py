"""People, their roles, what they promise one another, and the material of a workshop."""
