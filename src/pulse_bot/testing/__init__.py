"""For tests, ours and other people's: a fake chat, a fixed clock, and the contract of an adapter.

Public API. Nothing on the way from start-up to serving imports this package, and it needs pytest
only to run the contract. `docs/writing-an-adapter.md` shows how to use it.
"""

from pulse_bot.testing.clock import FixedClock
from pulse_bot.testing.contract import AdapterContract
from pulse_bot.testing.dialogues import dialogue
from pulse_bot.testing.fake import FakeAdapter, FakePerson, SendRecord
from pulse_bot.testing.faults import SendFault
from pulse_bot.testing.group_contract import GroupContract
from pulse_bot.testing.stage import Group, Person, Script, Seen, Stage, plain, running

__all__ = [
    "AdapterContract",
    "FakeAdapter",
    "FakePerson",
    "FixedClock",
    "Group",
    "GroupContract",
    "Person",
    "Script",
    "Seen",
    "SendFault",
    "SendRecord",
    "Stage",
    "dialogue",
    "plain",
    "running",
]
