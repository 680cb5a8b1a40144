"""Digests and pages, written from the facts that the release policy lets through.

`renderer` is the entry point. It needs the standard library alone: `page` imports Jinja2 where it
is used, so that a partnership without the extra `reports` still gets its digest.
"""

from __future__ import annotations

from pulse_bot_reports.renderer import renderer

__all__ = ["renderer"]
