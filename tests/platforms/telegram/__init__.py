"""A Telegram on loopback: see README.md."""

from tests.platforms.telegram.server import Call, TelegramServer

__all__ = ["Call", "TelegramServer"]
