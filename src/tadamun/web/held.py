"""What was sent to a locked node: kept in memory for whoever unlocks it from the same browser, for ten minutes.

Longer would leave a text readable in a computer that was locked on purpose; not at all would lose a letter to the
clock. Secrets and files are not kept. Where somebody was going is, as long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tadamun.web.page import Form

LIFE: Final = 600.0  # seconds
MOST: Final = 20  # browsers


class Held:
    """By session: (where to, what, a msgid that says why). now: seconds on a clock that only goes forward."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[str, tuple[float, str, Form, str]] = {}
        self._places: dict[str, tuple[float, str]] = {}

    def put(self, session: str, action: str, form: Form, why: str) -> None:
        """The last one counts."""
        self.sweep()
        self._kept.pop(session, None)
        if form.texts():
            self._kept[session] = self._now() + LIFE, action, form, why
        for gone in list(self._kept)[:-MOST]:
            del self._kept[gone]

    def take(self, session: str) -> tuple[str, Form, str] | None:
        """Given back once."""
        self.sweep()
        found = self._kept.pop(session, None)
        return None if found is None else found[1:]

    def going(self, session: str, here: str) -> None:
        """That browser was on its way to an address."""
        self._places[session] = self._now() + LIFE, here

    def place(self, session: str) -> str:
        """Where it was going, "" if nowhere; told once."""
        self.sweep()
        return self._places.pop(session, (0.0, ""))[1]

    @property
    def empty(self) -> bool:
        return not (self._kept or self._places)

    def sweep(self) -> None:
        """Forget what was held for long enough. Whoever watches the clock calls it too."""
        now = self._now()
        for kept in (self._kept, self._places):
            for session in [session for session, (until, *_) in kept.items() if until < now]:
                del kept[session]
