"""The section `web` of the settings."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator


class WebSettings(BaseModel):
    """Where the pages are served, and where people find them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", min_length=1, description="The interface to listen on.")
    port: int = Field(
        default=8080, ge=0, le=65535, description="The port to listen on; 0 takes any free one."
    )
    public_url: str = Field(
        default="",
        description="Where people reach these pages, when that is not host and port: the address "
        "of the HTTPS proxy in front.",
    )

    @field_validator("public_url")
    @classmethod
    def _is_a_plain_web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("write it in full, such as https://pulse.example.org")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("write scheme, host and path alone, such as https://pulse.example.org")
        return value.rstrip("/")

    @property
    def links_start_with(self) -> str:
        """The part of every personal link before /p/."""
        if self.public_url:
            return self.public_url
        # Every interface is no address that a person can open; this machine's name always is.
        host = "localhost" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def path(self) -> str:
        """The path in front of every page, where a proxy serves pulse-bot under one."""
        return urlsplit(self.public_url).path

    @property
    def secure(self) -> bool:
        """Whether people come by HTTPS, so that cookies can insist on it."""
        return self.public_url.startswith("https:")
