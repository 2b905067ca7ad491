"""What a person is to be told on the next page they see: by browser, in memory, forgotten when the house is locked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tadamun.i18n.words import say

MOST: Final = 5  # a browser

Kept = tuple[str, dict[str, str | int]]


@dataclass
class Notices:
    _by_session: dict[str, list[Kept]] = field(default_factory=dict)

    def add(self, session: str, message: str, arguments: Mapping[str, str | int]) -> None:
        """message: a msgid, put into words when it is shown."""
        kept = self._by_session.setdefault(session, [])
        kept.append((message, dict(arguments)))
        del kept[:-MOST]

    def take(self, session: str) -> list[str]:
        """The sentences, which are told once."""
        return [say(message, **arguments) for message, arguments in self._by_session.pop(session, [])]

    def forget(self) -> None:
        self._by_session.clear()
