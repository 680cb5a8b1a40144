"""Workshops: prepared, asked for, and the pack that is carried into the room."""
