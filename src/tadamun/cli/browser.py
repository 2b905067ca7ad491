"""Opens the pages in the person's browser, where there is a desktop to open one on.

The link goes by way of a file that only this user can read: what a program is started with, everybody on the computer
can see. This file does not know what the link leads to.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

FILE: Final = "pages.html"


def open_link(home: Path, link: str) -> None:
    """Try; where it does not work the person has the link on the screen."""
    opener = shutil.which("xdg-open")
    if opener is None or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    file = home / FILE
    target = html.escape(link)
    with suppress(OSError):
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as writing:
            writing.write(
                f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={target}">\n'
            )
        subprocess.Popen(  # noqa: S603 - the system's own opener and a file of ours
            [opener, file.as_uri()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
