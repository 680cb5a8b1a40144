"""What a prompt remembers of a form, and which events it can have come from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.ports import (
    Address,
    Commanded,
    Event,
    Field,
    FieldKind,
    Form,
    Joined,
    OpenedHome,
    Option,
    Pressed,
    Submitted,
    Wrote,
)
from pulse_bot.testing.samples import FORM
from pulse_bot_telegram.hidden import LONGEST, hidden
from pulse_bot_telegram.talk import (
    FormProgress,
    build_prompt,
    option_value,
    read_button,
    read_progress,
)
from pulse_bot_telegram.ticks import option_code

ADA = Address("telegram", "", "77")
ORIGINS: tuple[Event, ...] = (
    Pressed(ADA, 'more:1:2|"<&>'),
    Commanded(ADA, "settings", "now", Address("telegram", "", "-100/4")),
    Commanded(ADA, "time"),
    Joined(ADA, ADA, "Ada <&> Co", "j7-abc"),
    Wrote(ADA, "hello"),
    Submitted(ADA, "form", {"a": ("1", "2")}),
    OpenedHome(ADA, promised=True, at_once=False),
)


@pytest.mark.parametrize("origin", ORIGINS, ids=lambda one: type(one).__name__)
def test_every_event_that_a_form_answers_comes_back(origin: Event) -> None:
    talk = FormProgress(origin, 2, {"q1": ("5",), "q2": ("a", 'c"<&')}, (101, 102))
    assert read_progress(talk.to_state(), ADA) == talk


@pytest.mark.parametrize("state", [None, [], {}, "x", [["pressed"], 0, {}, []], [[], 0, {}, []]])
def test_what_is_no_state_is_none(state: object) -> None:
    assert read_progress(state, ADA) is None


def test_a_state_that_cannot_be_hidden_still_asks() -> None:
    talk = FormProgress(ORIGINS[0], 1, {"q1": ("".join(chr(0x4E00 + n) for n in range(4000)),)})
    assert hidden(talk.to_state()) is None
    (part,) = build_prompt(FORM, talk)
    assert FORM.fields[1].label in part.html
    assert len(part.html) < LONGEST


@given(st.text())
def test_a_button_stands_for_its_option_whatever_else_is_offered(value: str) -> None:
    others = tuple(Option(value + end, "Another") for end in "abc")
    asked = Field("k", "Which?", FieldKind.ONE, (*others, Option(value, "It")))
    assert option_value(asked, option_code(value)) == value
    assert option_value(Field("k", "Which?", FieldKind.ONE, others), option_code(value)) is None


@pytest.mark.parametrize("data", ["", "f", "f1", "fx=", "f1?", ".f1=", "t12345678"])
def test_what_no_prompt_has_on_its_buttons_is_none(data: str) -> None:
    assert read_button(data) is None


def test_a_prompt_offers_its_way_back_from_the_second_field_on() -> None:
    form = Form("k", "T", (FORM.fields[2], FORM.fields[3]))
    shown = []
    for number in (0, 1):
        (part,) = build_prompt(form, FormProgress(ORIGINS[0], number))
        assert part.keyboard is not None
        shown.append([button.text for row in part.keyboard.inline_keyboard for button in row])
    assert shown == [["Leave empty", "Cancel"], ["Leave empty", "Back", "Cancel"]]
