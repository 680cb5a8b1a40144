"""A Telegram on loopback: see README.md."""

from tests.adapters.servers.telegram.server import Call, TelegramServer

__all__ = ["Call", "TelegramServer"]
