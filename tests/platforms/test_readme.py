"""The README's example is run as it stands."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

README = Path(__file__).with_name("README.md")


async def test_the_example_runs() -> None:
    [example] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    code = compile(example, str(README), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names: dict[str, object] = {}
    running = eval(code, names)  # noqa: S307 - the text is our own
    assert inspect.isawaitable(running)
    await running
    assert {"ada", "bob"} <= names.keys(), "The example did not reach both platforms."
