"""The words of a digest, made of typed facts."""
