"""The rooms' tables: made when new, dropped and refolded from the log when the rooms changed or somebody asks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from tadamun.core.errors import RemoteError
from tadamun.core.frame import split
from tadamun.core.ports import Tables
from tadamun.core.room import Room, Standing, Verdict
from tadamun.crypto.keys import recall
from tadamun.node.intake import CURSOR
from tadamun.node.judge import judge
from tadamun.node.place import Arrived
from tadamun.node.preparing import Report
from tadamun.store import log, meta, search
from tadamun.store.vault import Vault

if TYPE_CHECKING:
    from tadamun.node.node import Node
    from tadamun.node.place import Place

VERSION: Final = "views"
PROGRAM: Final = "program"
_NAME: Final = re.compile(
    r"CREATE\s+(?:UNIQUE\s+)?(TABLE|INDEX|VIRTUAL\s+TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)", re.I
)


def ready(vault: Vault, rooms: Sequence[Room]) -> None:
    """Make the tables if the vault has none yet, or others than these rooms want (then `refold_if_new` fills them).
    Where only indexes are others, what the tables hold stays."""
    wanted = _digest(rooms)
    with vault.write() as tx:
        for room in rooms:
            for statement in room.local:
                tx.execute(statement)
        before = meta.text(tx, VERSION)
        if before == wanted:
            return
        meta.put_text(tx, VERSION, wanted)
        if before and _tables(rooms).items() <= _standing(tx).items():
            _index(tx, rooms)
            return
        _make(tx, rooms)
        meta.put_text(tx, "views-empty", "1")


def refold_if_new(node: Node, report: Report) -> None:
    """Fill tables that were just made; what `report` raises leaves them to be filled the next time."""
    if meta.text(node.vault.read, "views-empty"):
        with node.vault.write() as tx:
            search.clear(tx)  # to replace each text there costs ten times what it costs to put all in anew
            known = [place for place in node.places.values() if place.control is not None]
            of, before = sum(log.count(tx, place.ref) for place in known), 0
            for place in known:
                before += fold_all(tx, node, place, partial(_further, report, before, of))
            meta.remove(tx, "views-empty")


def _further(report: Report, before: int, of: int, done: int) -> None:
    report(before + done, of)


def look_at_unknown(node: Node) -> None:
    """What a former version of this program did not know, it may know now: such events are taken in again, and the wire
    store is read from its beginning for those that could not even be kept."""
    kinds = sorted(kind for room in node.parts.rooms for kind in room.kinds)
    now = f"{version('tadamun')} {kinds}"
    before = meta.text(node.vault.read, PROGRAM)
    if before == now:
        return
    with node.vault.write() as tx:
        for place in node.places.values() if before else ():
            if place.control is None:
                continue
            unknown = [kept for kept in log.waiting(tx, place.ref) if not kept.room]
            log.remove(tx, [kept.id for kept in unknown])
            node.ledger.take(tx, place, [Arrived(recall(kept.event)) for kept in unknown])
        meta.put_number(tx, CURSOR, 0)
        meta.put_text(tx, PROGRAM, now)


def rebuild(node: Node) -> tuple[int, bool]:
    """Drop all views, fold the log anew. Returns (events folded, whether the rows are as before).

    One transaction: if it fails, everything is as it was.
    """
    with node.vault.write() as tx:
        before = dump(tx, node.parts.rooms)
        _make(tx, node.parts.rooms)
        search.clear(tx)
        events = sum(fold_all(tx, node, place) for place in node.places.values() if place.control is not None)
        return events, dump(tx, node.parts.rooms) == before


def fold_all(tx: Tables, node: Node, place: Place, report: Callable[[int], None] = lambda done: None) -> int:
    """Project the whole log of a space into empty tables. report: told how many events are done. Gives how many."""
    projector = node.projector
    count = 0
    done: set[tuple[str, str]] = set()
    for page in log.every(tx, place.ref):
        saids = []
        for kept in page:
            event = kept.event
            frame = split(event)
            count += 1
            try:
                said = projector.said(place, event, frame)
            except RemoteError:
                continue
            if said is None:
                continue
            key = projector.topic(said)
            if key in done:
                continue
            done.add(key)
            saids.append(said)
            standing = judge(place, event.pubkey, frame.seq, event.id, frame)
            if not isinstance(standing, Standing):
                log.judge(tx, {kept.id: Verdict.DENY})
        projector.project(tx, place, saids)
        report(count)
    return count


def dump(tables: Tables, rooms: Sequence[Room]) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all views, sorted: what two nodes with the same events have in common."""
    rows = {}
    for room in rooms:
        for kind, name in _names(room):
            if kind.upper() == "TABLE":
                rows[name] = sorted(tables.execute(f"SELECT * FROM {name}"), key=repr)
    return rows


def _make(tx: Tables, rooms: Sequence[Room]) -> None:
    for room in rooms:
        for kind, name in reversed(_names(room)):
            tx.execute(f"DROP {'INDEX' if kind.upper() == 'INDEX' else 'TABLE'} IF EXISTS {name}")
        for statement in room.tables:
            tx.execute(statement)


def _tables(rooms: Sequence[Room]) -> dict[str, str]:
    """The tables that the rooms want: names, and the statements that make them."""
    return {
        found[2]: statement.strip()
        for room in rooms
        for statement in room.tables
        if (found := _NAME.match(statement.strip())) and found[1].upper() != "INDEX"
    }


def _standing(tables: Tables) -> dict[str, str]:
    """The tables that are there, as they were made."""
    return dict(tables.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))


def _index(tx: Tables, rooms: Sequence[Room]) -> None:
    """Make the indexes of the rooms' tables anew."""
    wanted = _tables(rooms)
    for name, table in tx.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"):
        if table in wanted:
            tx.execute(f"DROP INDEX {name}")
    for room in rooms:
        for statement in room.tables:
            if (found := _NAME.match(statement.strip())) and found[1].upper() == "INDEX":
                tx.execute(statement)


def _names(room: Room) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for statement in room.tables if (found := _NAME.match(statement.strip()))]


def _digest(rooms: Sequence[Room]) -> str:
    text = "\n".join(statement for room in rooms for statement in room.tables)
    return hashlib.sha256(text.encode()).hexdigest()
