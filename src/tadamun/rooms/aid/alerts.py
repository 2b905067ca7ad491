"""What somebody is to see to in aid: who wants to do what they asked for, what waits for their word between two, and
answers to what they asked without a name. Quick: it is asked for with every page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tadamun.core.ports import Workbench
from tadamun.core.room import Alert
from tadamun.core.words import N_

MOST: Final = 5  # of each sort

_CLAIMED: Final = N_("{name} has claimed a request or offer of yours.")
_ENTRY: Final = N_("{name} wrote something into your ledger.")
_PAIR: Final = N_("{name} asks you about mentoring.")
_ANSWERED: Final = N_("Somebody answered what you asked without your name.")


def alerts(bench: Workbench, space: str) -> list[Alert]:
    """Those of one space."""
    return [*_claims(bench, space), *_between(bench, space), *_answers(bench, space)]


def _claims(bench: Workbench, space: str) -> Iterator[Alert]:
    """Parts in one's own that one has said nothing about yet."""
    me = bench.me(space)
    rows = bench.tables.execute(
        "SELECT i.id, p.member FROM aid_items i JOIN aid_parts p ON p.space = i.space AND p.id = i.id"
        " WHERE i.space = ? AND i.owner = ? AND i.state IN ('open', 'claimed', 'under-way') AND p.state = 'claimed'"
        " ORDER BY i.id, p.member LIMIT ?",
        (space, me, MOST),
    )
    for item, member in rows:
        name = bench.facts.names.name(space, member)
        yield Alert(f"claim:{item}:{member}", _CLAIMED, {"name": name}, "aid-item", {"item": item})


def _between(bench: Workbench, space: str) -> Iterator[Alert]:
    """What another began, in the private channel of the two, and one has not answered."""
    me = bench.me(space)
    for sort, message in (("entry", _ENTRY), ("pair", _PAIR)):
        rows = bench.tables.execute(
            "SELECT id, first FROM aid_between WHERE space = ? AND sort = ? AND state = 'waiting' AND first <> ?"
            " AND (one = ? OR two = ?) ORDER BY id LIMIT ?",
            (space, sort, me, me, me, MOST),
        )
        for key, member in rows:
            page, path = ("aid-between", {"member": member}) if sort == "entry" else ("aid-mentors", {})
            yield Alert(f"{sort}:{key}", message, {"name": bench.facts.names.name(space, member)}, page, path)


def _answers(bench: Workbench, space: str) -> Iterator[Alert]:
    """Answers to one's own items without a name, to which one has said nothing."""
    rows = bench.tables.execute(
        "SELECT h.id, v.opening FROM aid_veils v JOIN aid_helps h ON h.space = v.space AND h.item = v.opening"
        " JOIN aid_items i ON i.space = h.space AND i.id = h.item AND i.owner = h.asker"
        " WHERE v.space = ? AND v.about = '' AND NOT EXISTS"
        " (SELECT 1 FROM aid_sent s WHERE s.space = h.space AND s.help = h.id) ORDER BY h.id LIMIT ?",
        (space, MOST),
    )
    for key, opening in rows:
        yield Alert(f"answer:{key}", _ANSWERED, {}, "aid-blind-talk", {"opening": opening})
