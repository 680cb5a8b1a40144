"""What more than one adapter needs, and no adapter has to use.

Imports the port, the errors and the standard library alone: it knows no platform, and nothing of
what the core does with an event.
"""
