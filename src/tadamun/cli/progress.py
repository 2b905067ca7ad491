"""One calm line on stderr for anything that takes over a second; nothing for programs or in files.

A thread draws it, so that it also moves while a slow library (deriving a key from a passphrase) holds the main one.
"""

from __future__ import annotations

import contextvars
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from tadamun.i18n.words import say

QUIET: Final = 1.0  # seconds before anything is shown, and between redraws
_ERASE: Final = "\r\x1b[K"

Report = Callable[[int, int], None]


class Line:
    """The line's content. done, of: counts as told (of 0: not known)."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._started = clock()
        self._counts = (0, 0)
        self.drawn = False

    def report(self, done: int, of: int) -> None:
        self._counts = (done, of)

    def text(self) -> str:
        done, of = self._counts
        if of:
            return say("Working… {done} of {of}", done=done, of=of)
        if done:
            return say("Working… {done}", done=done)
        return say("Working… {seconds} s", seconds=int(self._clock() - self._started))

    def draw(self) -> None:
        self._stream.write(_ERASE + self.text())
        self._stream.flush()
        self.drawn = True

    def erase(self) -> None:
        if self.drawn:
            self._stream.write(_ERASE)
            self._stream.flush()


@contextmanager
def progress(live: bool, quiet: float = QUIET, stream: TextIO | None = None) -> Iterator[Report]:
    """Show the line while the block runs, if someone watches and it takes longer than `quiet` seconds."""
    if not live:
        yield lambda done, of: None
        return
    line, over = Line(stream or sys.stderr), threading.Event()

    def redraw() -> None:
        while not over.wait(quiet):
            line.draw()

    # A copy of the context, for a thread begins without the current language.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(redraw,), daemon=True)
    thread.start()
    try:
        yield line.report
    finally:
        over.set()
        thread.join()
        line.erase()
