"""A loopback Slack for tests: see README.md. `serving` starts one, `SlackPerson` lives on it."""

from tests.adapters.servers.slack.groups import SlackGroup
from tests.adapters.servers.slack.people import SlackPerson
from tests.adapters.servers.slack.server import Slack
from tests.adapters.servers.slack.watched import Watched
from tests.adapters.servers.slack.web import serving

__all__ = ["Slack", "SlackGroup", "SlackPerson", "Watched", "serving"]
