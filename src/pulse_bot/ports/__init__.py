"""The port: what chat adapters, key stores, clocks and renderers are written against.

Protocols and the frozen types they exchange; no behaviour lives here. An adapter needs this package
and `errors` and nothing else of the core: it is handed one async callable, `handle`.
`docs/writing-an-adapter.md` walks through it; `pulse_bot.testing.AdapterContract` checks it.
"""

from pulse_bot.ports.chat import (
    Asgi,
    ChatAdapter,
    Handle,
    Host,
    Hosted,
    Limits,
    Members,
    Scope,
    Sent,
)
from pulse_bot.ports.events import (
    Added,
    Address,
    Commanded,
    Event,
    Joined,
    Left,
    Moved,
    OpenedHome,
    Pressed,
    Removed,
    Submitted,
    Wrote,
)
from pulse_bot.ports.messages import (
    Button,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Option,
    Outcome,
    Picture,
    Reply,
    Ticks,
)
from pulse_bot.ports.services import Clock, Job, JobHandler, Jobs, KeyStore, Renderer, RoundKeys

__all__ = [
    "Added",
    "Address",
    "Asgi",
    "Button",
    "Card",
    "CardKind",
    "ChatAdapter",
    "Clock",
    "Commanded",
    "Event",
    "Field",
    "FieldKind",
    "Form",
    "Handle",
    "Host",
    "Hosted",
    "Job",
    "JobHandler",
    "Jobs",
    "Joined",
    "KeyStore",
    "Left",
    "Limits",
    "Members",
    "Moved",
    "OpenedHome",
    "Option",
    "Outcome",
    "Picture",
    "Pressed",
    "Removed",
    "Renderer",
    "Reply",
    "RoundKeys",
    "Scope",
    "Sent",
    "Submitted",
    "Ticks",
    "Wrote",
]
