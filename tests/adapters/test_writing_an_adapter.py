"""The adapter that docs/writing-an-adapter.md builds is run, and passes the contract."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pulse_bot.errors import MissingExtra

DOC = Path(__file__).parents[2] / "docs" / "writing-an-adapter.md"


def _run_the_page() -> ModuleType:
    """The page's Python, in one module, in its order."""
    module = ModuleType("written_in_the_docs")
    sys.modules[module.__name__] = module
    code = "\n".join(re.findall(r"```python\n(.*?)```", DOC.read_text("utf-8"), re.DOTALL))
    exec(compile(code, str(DOC), "exec"), module.__dict__)  # noqa: S102  # our own page
    return module


page = _run_the_page()

TestTeams = page.TestTeams


def test_the_plugin_of_the_page_names_its_missing_library() -> None:
    settings = page.TeamsSettings(app_id="id", app_password="password")
    with pytest.raises(MissingExtra, match="teams_client_library"):
        page.plugin.build(settings)
