"""The log: every content event that this node keeps, as it was signed, with what look-ups need beside it.

Spaces are given by their small number (spaces.add). Topics are a room's keys: ids or plain words. Nothing is judged
here; `verdict` is what the node's fold said last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import msgspec

from tadamun.core.event import Event, is_hex32, parse
from tadamun.core.limits import MAX_INNER
from tadamun.core.ports import Tables
from tadamun.core.room import Verdict
from tadamun.store import refs, search
from tadamun.store.tables import listed, one

_CODES: Final = {Verdict.ALLOW: 0, Verdict.DENY: 1, Verdict.UNKNOWN: 2}
_VERDICTS: Final = {code: verdict for verdict, code in _CODES.items()}
PAGE: Final = 1_000  # rows held at once while walking the whole log

NONE: Final[Mapping[str, int]] = MappingProxyType({})

_COLUMNS: Final = "n, lower(hex(id)), verdict, room, topic, raw"


class Entry(msgspec.Struct, frozen=True):
    """One event for the log. raw: its JSON; channel: hex or "" for the space; expires_at: Unix seconds or 0."""

    id: str
    space: int
    channel: str
    device: str
    seq: int
    kind: int
    room: str
    topic: str
    verdict: Verdict
    created_at: int
    expires_at: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """One event from the log. n grows in the order of arrival here."""

    n: int
    id: str
    verdict: Verdict
    room: str
    topic: str
    raw: bytes

    @property
    def event(self) -> Event:
        return parse(self.raw, MAX_INNER)


def append(tx: Tables, entries: Sequence[Entry]) -> dict[str, int]:
    """Add those that are not there yet, in order; thousands at once cost least.

    Returns the numbers of those that open a topic, to spare looking for them; none if some were there already.
    """
    before = _last(tx)
    known = refs.ensure(tx, {i for entry in entries for i in (entry.device, entry.channel)})
    allow = Verdict.ALLOW  # of an enumeration, a member takes ten times as long to look up as a local name
    tx.many(
        "INSERT OR IGNORE INTO log"
        " (id, space, channel, device, seq, kind, room, topic, verdict, expires_at, created_at, raw)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                bytes.fromhex(e.id),
                e.space,
                known[e.channel],
                known[e.device],
                e.seq,
                e.kind,
                e.room,
                None if e.topic == e.id else pack_topic(e.topic),
                0 if e.verdict is allow else _CODES[e.verdict],
                e.expires_at,
                e.created_at,
                e.raw,
            )
            for e in entries
        ],
    )
    if _last(tx) != before + len(entries):
        return {}
    return {e.id: n for n, e in enumerate(entries, before + 1) if e.topic == e.id}


def known(tables: Tables, ids: Sequence[str]) -> set[str]:
    """Which of these ids are in the log."""
    sql = "SELECT lower(hex(id)) FROM log WHERE id IN (SELECT unhex(value) FROM json_each(?))"
    return {i for (i,) in tables.execute(sql, (listed(ids),))}


def get(tables: Tables, event: str) -> Kept | None:
    """One event by id."""
    row = one(tables.execute(f"SELECT {_COLUMNS} FROM log WHERE id = ?", (bytes.fromhex(event),)))
    return None if row is None else _kept(row)


def topic_rows(tables: Tables, space: int, topic: str) -> list[Kept]:
    """Everything kept under a topic, in the order of arrival."""
    opening = bytes.fromhex(topic) if is_hex32(topic) else b""
    rows = tables.execute(
        f"SELECT {_COLUMNS} FROM log WHERE topic = ? AND space = ? UNION ALL "
        f"SELECT {_COLUMNS} FROM log WHERE id = ? AND topic IS NULL AND space = ?",
        (pack_topic(topic), space, opening, space),
    )
    return sorted(map(_kept, rows), key=lambda kept: kept.n)


def alone(tables: Tables, space: int, topics: Iterable[str], opening: Mapping[str, int] = NONE) -> dict[str, int]:
    """Of these topics those of which nothing is here but the event that opens them, with that event's number.

    opening: numbers of events that open a topic of their own, as far as known.
    """
    wanted = [topic for topic in dict.fromkeys(topics) if is_hex32(topic)]
    ids = listed(wanted)
    more = {
        i
        for (i,) in tables.execute(
            "SELECT DISTINCT lower(hex(topic)) FROM log WHERE space = ? AND topic IS NOT NULL"
            " AND topic IN (SELECT unhex(value) FROM json_each(?))",
            (space, ids),
        )
    }
    found = tables.execute(
        "SELECT lower(hex(id)), n FROM log WHERE space = ? AND topic IS NULL"
        " AND id IN (SELECT unhex(value) FROM json_each(?))",
        (space, listed([topic for topic in wanted if topic not in opening])),
    )
    numbers = {**opening, **dict(found)}
    return {topic: numbers[topic] for topic in wanted if topic in numbers and topic not in more}


def last(tables: Tables, device: str, channel: str = "") -> tuple[int, str]:
    """Sequence number and id of the device's latest event in the channel; (-1, "") if none.

    Of several at that number (equivocation) the lowest id, whatever came first.
    """
    at = refs.numbers(tables, (device, channel))
    row = one(
        tables.execute(
            "SELECT seq, lower(hex(id)) FROM log WHERE device = ? AND channel = ? ORDER BY seq DESC, id LIMIT 1",
            (at.get(device, -1), at.get(channel, -1)),
        )
    )
    return (-1, "") if row is None else (row[0], row[1])


def twice(tables: Tables, space: int) -> list[tuple[str, str, int]]:
    """(device, channel, seq) that carry more than one event in the space: equivocation that `note_doubled` found."""
    return [
        (device, channel or "", seq)
        for device, channel, seq in tables.execute(
            "SELECT lower(hex(d.id)), lower(hex(c.id)), twice.seq FROM twice JOIN refs d ON d.n = twice.device"
            " LEFT JOIN refs c ON c.n = twice.channel WHERE twice.space = ? ORDER BY 1, 2, 3",
            (space,),
        )
    ]


def of_device(tables: Tables, device: str) -> list[Kept]:
    """Everything by one device, by channel and sequence number."""
    at = refs.numbers(tables, (device,)).get(device, -1)
    rows = tables.execute(f"SELECT {_COLUMNS} FROM log WHERE device = ? ORDER BY channel, seq, id", (at,))
    return list(map(_kept, rows))


def private(tables: Tables, space: int) -> list[str]:
    """Ids of all that was said in channels other than the space's own."""
    at = refs.numbers(tables, ("",)).get("", -1)
    return [
        i for (i,) in tables.execute("SELECT lower(hex(id)) FROM log WHERE space = ? AND channel <> ?", (space, at))
    ]


def of_kind(tables: Tables, space: int, kind: int) -> list[Kept]:
    """Everything of one kind, in the order of arrival; quick for the kinds that keep a space going."""
    index = " AND kind BETWEEN 3701 AND 3729" if 3701 <= kind <= 3729 else ""
    sql = f"SELECT {_COLUMNS} FROM log WHERE space = ? AND kind = ?{index} ORDER BY n"
    return list(map(_kept, tables.execute(sql, (space, kind))))


def contents(tables: Tables, space: int, kind: int) -> list[str]:
    """The contents of everything of one kind, in the order of arrival."""
    return [kept.event.content for kept in of_kind(tables, space, kind)]


def note_doubled(tx: Tables, ids: Sequence[str]) -> int:
    """How many of these share device, channel and number with another event; kept as evidence for `twice`."""
    rows = tx.execute(
        "SELECT DISTINCT a.id, a.space, a.device, a.channel, a.seq FROM log a JOIN log b"
        " ON b.device = a.device AND b.channel = a.channel AND b.seq = a.seq AND b.n <> a.n AND b.space = a.space"
        " WHERE a.id IN (SELECT unhex(value) FROM json_each(?))",
        (listed(ids),),
    )
    if rows:
        tx.many("INSERT OR IGNORE INTO twice (space, device, channel, seq) VALUES (?, ?, ?, ?)", [r[1:] for r in rows])
    return len(rows)


def waiting(tables: Tables, space: int) -> list[Kept]:
    """Events whose verdict is UNKNOWN, in the order of arrival."""
    return list(
        map(_kept, tables.execute(f"SELECT {_COLUMNS} FROM log WHERE space = ? AND verdict = 2 ORDER BY n", (space,)))
    )


def judge(tx: Tables, verdicts: dict[str, Verdict]) -> None:
    """Note what the fold says of each id now."""
    for verdict in Verdict:
        ids = [i for i, found in verdicts.items() if found is verdict]
        if ids:
            tx.execute(
                "UPDATE log SET verdict = ?1 WHERE id IN (SELECT unhex(value) FROM json_each(?2)) AND verdict <> ?1",
                (_CODES[verdict], listed(ids)),
            )


def expired(tables: Tables, now: int) -> list[tuple[int, Kept]]:
    """(space, event) of all that should be gone by `now` (Unix seconds)."""
    rows = tables.execute(
        f"SELECT space, {_COLUMNS} FROM log WHERE expires_at > 0 AND expires_at <= ? ORDER BY n", (now,)
    )
    return [(row[0], _kept(row[1:])) for row in rows]


def expire_at(tx: Tables, event: str, at: int) -> None:
    """Note that an event should be gone by then (Unix seconds), though it does not say so itself."""
    tx.execute("UPDATE log SET expires_at = ? WHERE id = ?", (at, bytes.fromhex(event)))


def remove(tx: Tables, ids: Sequence[str]) -> None:
    """Destroy events, and what full text knows of topics they open; their pages are overwritten (secure_delete), older
    copies by Vault.scrub."""
    gone = tx.execute(
        "DELETE FROM log WHERE id IN (SELECT unhex(value) FROM json_each(?)) RETURNING space, n", (listed(ids),)
    )
    for space in {space for space, _ in gone}:
        search.remove(tx, space, [n for at, n in gone if at == space])


def every(tables: Tables, space: int, after: int = 0) -> Iterator[list[Kept]]:
    """The space's whole log in pages, in the order of arrival: what a rebuild folds."""
    while rows := tables.execute(
        f"SELECT {_COLUMNS} FROM log WHERE space = ? AND n > ? ORDER BY n LIMIT ?", (space, after, PAGE)
    ):
        page = list(map(_kept, rows))
        yield page
        after = page[-1].n


def weights(tables: Tables, space: int) -> list[tuple[str, int, int, int]]:
    """(room, kind, how many, bytes) of the space's events, without looking at them."""
    sql = "SELECT room, kind, events, bytes FROM weights WHERE space = ? ORDER BY room, kind"
    return [(room, kind, events, size) for room, kind, events, size in tables.execute(sql, (space,))]


def count(tables: Tables, space: int) -> int:
    """How many events the space's log holds."""
    return sum(events for _, _, events, _ in weights(tables, space))


def _last(tables: Tables) -> int:
    """The number of the last event; 0 if there is none."""
    return int(tables.execute("SELECT coalesce(max(n), 0) FROM log")[0][0])


def pack_topic(topic: str) -> bytes | str:
    """An id takes half the room as bytes; any other key stays text."""
    return bytes.fromhex(topic) if is_hex32(topic) else topic


def _kept(row: Sequence[Any]) -> Kept:
    n, event, verdict, room, topic, raw = row
    if topic is None:
        topic = event
    elif isinstance(topic, bytes):
        topic = topic.hex()
    return Kept(n, event, _VERDICTS[verdict], room, topic, bytes(raw))
