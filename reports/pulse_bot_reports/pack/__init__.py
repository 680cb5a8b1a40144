"""A workshop's pack as a page, a PDF and slides."""
