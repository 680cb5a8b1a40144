"""A loopback Slack for tests: see README.md. `serving` starts one, `SlackPerson` lives on it."""

from tests.platforms.slack.groups import SlackGroup
from tests.platforms.slack.people import SlackPerson
from tests.platforms.slack.server import Slack
from tests.platforms.slack.watched import Watched
from tests.platforms.slack.web import serving

__all__ = ["Slack", "SlackGroup", "SlackPerson", "Watched", "serving"]
