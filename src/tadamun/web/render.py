"""Templates into pages: one Jinja environment over the house's templates and every room's.

This file does not know who visits; site.py gives the context of each page.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from tadamun.web import words

STATIC: Final = Path(__file__).parent / "static"
_COMMENTS: Final = {
    ".css": re.compile(r"/\*.*?\*/\s*", re.DOTALL),
    ".js": re.compile(r"^[ \t]*//.*\n", re.MULTILINE),  # whole lines only: behind code they stay
}


class Templates:
    """rooms: packages that have a folder `templates`."""

    def __init__(self, rooms: Sequence[str], url: Callable[..., str]) -> None:
        loaders = [PackageLoader(package) for package in ("tadamun.web", *rooms)]
        self.environment = Environment(
            loader=ChoiceLoader(loaders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        words.install(self.environment)
        self.environment.globals["url"] = url

    async def warm(self) -> None:
        """Compile all of them while nobody waits: one at a time, half a second in all."""
        for name in self.environment.list_templates():
            await asyncio.to_thread(self.environment.get_template, name)

    def page(self, template: str, status: int, context: dict[str, Any]) -> HTMLResponse:
        """A page of it."""
        return HTMLResponse(self.environment.get_template(template).render(context), status)


def versions() -> dict[str, str]:
    """Each static file's path with the beginning of its content's hash: an address that changes with what is there."""
    return {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(STATIC.rglob("*"))
        if path.is_file()
    }


@cache
def light(name: str) -> str | None:
    """A sheet or a script as it goes out: without comments, which are for who reads the source. None: another file."""
    path = STATIC / name
    comments = _COMMENTS.get(path.suffix)
    return None if comments is None else comments.sub("", path.read_text(encoding="utf-8"))
