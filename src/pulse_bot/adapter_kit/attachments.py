"""Cards and what is attached to them: each is sent by itself, and tried again by itself."""

from __future__ import annotations

from dataclasses import replace

from pulse_bot.ports import Card, CardKind, Picture


def words_alone(card: Card) -> Card:
    """A card as it is sent: what is attached to it comes by itself."""
    return replace(card, picture=None, file=None)


def titled_picture(picture: Picture, card: Card) -> Picture:
    """A card's picture, to stand by itself."""
    return picture if picture.title else replace(picture, title=card.title)


def spelled_picture(picture: Picture) -> Card:
    """What a picture says, for a place that takes none."""
    return Card(CardKind.NOTICE, picture.title, (picture.alternative,))
