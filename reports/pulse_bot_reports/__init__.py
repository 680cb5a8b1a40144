"""Digests and pages, written from the facts that the release policy lets through."""
