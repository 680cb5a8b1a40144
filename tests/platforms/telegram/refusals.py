"""What Telegram answers when it does not do what it was asked, in its own words."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer with `ok` false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """The answer's body."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code}
        body["description"] = self.description
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class Avoidable(ApiError):
    """One that a bot can foresee, so that it counts as a violation."""


def bad_request(what: str, **parameters: int) -> ApiError:
    """400, as Telegram begins them all."""
    return ApiError(400, f"Bad Request: {what}", **parameters)


def avoidable(what: str) -> Avoidable:
    """400 for what a bot must not send."""
    return Avoidable(400, f"Bad Request: {what}")


def forbidden(what: str) -> ApiError:
    """403, likewise."""
    return ApiError(403, f"Forbidden: {what}")


def too_many(seconds: int) -> ApiError:
    """429, with the seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


UNAUTHORISED = ApiError(401, "Unauthorized")
NOT_FOUND = ApiError(404, "Not Found")
CONFLICT = ApiError(
    409,
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
)
WEBHOOK_ACTIVE = ApiError(
    409,
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first",
)
