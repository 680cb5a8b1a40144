"""What a partnership said it would do, until it is kept or dropped."""
