"""Releases as files for spreadsheets and statistics."""
