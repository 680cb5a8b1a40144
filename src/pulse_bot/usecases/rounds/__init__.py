"""A round, from its opening to its digest."""
