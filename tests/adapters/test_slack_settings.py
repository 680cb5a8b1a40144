"""The section `slack` of the settings: what is wrong is said kindly, and no value is quoted."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pulse_bot_slack.settings import SlackSettings

GOOD = {"bot_token": "xoxb-1", "app_token": "xapp-1"}


@pytest.mark.parametrize(
    "given",
    [
        GOOD,
        {"bot_token": " xoxb-1\n", "app_token": "xapp-1"},
        {"bot_token": "xoxb-1", "signing_secret": "s", "listen": "http"},
        {"bot_token": "xoxb-1", "listen": "elsewhere"},
        {"client_id": "1.2", "client_secret": "s", "app_token": "xapp-1"},
    ],
)
def test_what_is_enough(given: dict[str, str]) -> None:
    settings = SlackSettings.model_validate(given)

    assert settings.bot_token.get_secret_value() in ("xoxb-1", "")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "set bot_token for one workspace"),
        ({"bot_token": "hunter2", "app_token": "xapp-1"}, "begins with xoxb-"),
        ({"bot_token": "xapp-hunter2", "app_token": "xapp-1"}, "begins with xoxb-"),
        ({"bot_token": "xoxb-1", "app_token": "xoxb-hunter2"}, "begins with xapp-"),
        ({"bot_token": "xoxb-hunter2"}, "needs app_token"),
        ({"bot_token": "xoxb-hunter2", "listen": "http"}, "needs signing_secret"),
        ({**GOOD, "client_id": "hunter2"}, "belong together"),
        ({**GOOD, "client_id": "1.2", "client_secret": "hunter2"}, "set bot_token for one"),
        ({**GOOD, "base_url": "slack.com/api/"}, "in full"),
        ({**GOOD, "base_url": "https://slack.com/hunter2"}, "end with /api/"),
    ],
)
def test_what_is_wrong_is_said_without_the_value(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SlackSettings.model_validate(given)
    messages = [str(error["msg"]) for error in caught.value.errors()]

    assert any(said in message for message in messages), messages
    assert not any("hunter2" in message for message in messages)


def test_where_to_agree_is_where_the_methods_are() -> None:
    settings = SlackSettings.model_validate({**GOOD, "base_url": "http://127.0.0.1:1/api/"})

    assert settings.authorize_url == "http://127.0.0.1:1/oauth/v2/authorize"
