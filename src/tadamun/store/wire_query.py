"""NIP-01 filters as SQL over the wire store. Values are always bound; only names from here enter the text.

Tie order is NIP-01's: newest first, and of one second the lowest id first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tadamun.core.limits import MAX_INTEGER
from tadamun.core.ports import Filter
from tadamun.store.tables import listed
from tadamun.store.wire_schema import SEALED


@dataclass(frozen=True, slots=True)
class Query:
    """where: a condition on `events`, with its arguments in order."""

    where: str
    arguments: tuple[Any, ...]


def query(wanted: Filter, now: int) -> Query:
    """The condition for a filter at `now`: what has expired (NIP-40) never matches."""
    parts = ["(expires_at = 0 OR expires_at > ?)"]
    arguments: list[Any] = [now]

    def also(part: str, *values: Any) -> None:
        parts.append(part)
        arguments.extend(values)

    if wanted.ids:
        also("id IN (SELECT unhex(value) FROM json_each(?))", listed(wanted.ids))
    if wanted.authors:
        also("pubkey IN (SELECT unhex(value) FROM json_each(?))", listed(wanted.authors))
    if wanted.kinds:
        also("kind IN (SELECT value FROM json_each(?))", str(list(wanted.kinds)))
        if SEALED not in wanted.kinds:
            also(f"kind <> {SEALED}")  # lets the partial indexes serve
    for name, values in wanted.tags:
        found = "SELECT arrival FROM tags WHERE name = ? AND value IN (SELECT value FROM json_each(?))"
        if name == "p":
            boxes = "SELECT n FROM mailboxes WHERE p IN (SELECT value FROM json_each(?))"
            also(f"(mailbox IN ({boxes}) OR arrival IN ({found}))", listed(values), name, listed(values))
        else:
            also(f"arrival IN ({found})", name, listed(values))
    if wanted.since is not None:
        also("created_at >= ?", min(wanted.since, MAX_INTEGER))
    if wanted.until is not None:
        also("created_at <= ?", min(wanted.until, MAX_INTEGER))
    return Query(" AND ".join(parts), tuple(arguments))
