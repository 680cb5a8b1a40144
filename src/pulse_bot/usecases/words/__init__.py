"""Sentences for people, made of typed facts; nothing reads them back."""
