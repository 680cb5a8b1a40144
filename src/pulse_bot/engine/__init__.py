"""The job engine: durable work on DBOS, once in the whole cluster. The only importer of DBOS.

Every job is the same durable workflow, `while step(): pass`; what a step does is a handler's
business, and what is due is decided by the `tick` that is handed in. Nothing of ours is kept here:
deleting the engine's tables loses retries, never a round. Its calls block, so call them from a
thread and never on an event loop.

`runner` runs jobs, `launch` starts and ends DBOS with all that it must not do, `cluster` has the
heartbeats and turns of the workers, `pace` how often things happen.
"""

from pulse_bot.engine.pace import EVERY_MINUTE, Pace
from pulse_bot.engine.runner import Engine

__all__ = ["EVERY_MINUTE", "Engine", "Pace"]
