"""Sheets of A4."""
