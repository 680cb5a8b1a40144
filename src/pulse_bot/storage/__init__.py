"""Where things are kept: typed models, queries that return the domain's types, migrations.

Nothing here decides. The one path that avoids the ORM is `envelopes`, for its speed.
"""
