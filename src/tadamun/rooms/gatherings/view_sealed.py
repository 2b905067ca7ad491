"""Tables of what is sealed or for some only: briefings, meeting points, shares, who is waited for, keys.

Of a meeting point and a card only the box stands here; the place is put together when somebody asks, and kept nowhere
but with whoever sealed it (`gatherings_places`, this node's own memory, emptied when its time is over).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from tadamun.core.ports import Tables
from tadamun.core.text import balance_bidi
from tadamun.rooms.gatherings.gathered import Gathered
from tadamun.rooms.gatherings.own import ROLES, ends
from tadamun.rooms.gatherings.state import Known
from tadamun.rooms.gatherings.watched import Watched

TABLES: Final = (
    # members: space between.
    """CREATE TABLE gatherings_briefings (
        space TEXT, id TEXT, role TEXT, author TEXT, version INTEGER, members TEXT, text TEXT,
        PRIMARY KEY (space, id, role)) WITHOUT ROWID""",
    # point: the id of the event. marks: names of the shares, space between.
    """CREATE TABLE gatherings_points (
        space TEXT, id TEXT, point TEXT, author TEXT, version INTEGER, need INTEGER, opens INTEGER, box TEXT,
        marks TEXT, PRIMARY KEY (space, id)) WITHOUT ROWID""",
    # Shares of the meeting point that holds. keeper: to whom it was given.
    """CREATE TABLE gatherings_shares (
        space TEXT, id TEXT, mark TEXT, share TEXT, keeper TEXT, PRIMARY KEY (space, id, mark)) WITHOUT ROWID""",
    # Shares given out, of meeting points and of cards.
    """CREATE TABLE gatherings_released (
        space TEXT, id TEXT, mark TEXT, share TEXT, member TEXT, PRIMARY KEY (space, id, mark)) WITHOUT ROWID""",
    """CREATE TABLE gatherings_keys (
        space TEXT, id TEXT, device TEXT, key TEXT, PRIMARY KEY (space, id, device)) WITHOUT ROWID""",
    # body: the watch as it was said. tokens: names of those that ended it, space between.
    """CREATE TABLE gatherings_watches (
        space TEXT, id TEXT, member TEXT, gathering TEXT, back_by INTEGER, ends INTEGER, body TEXT, tokens TEXT,
        PRIMARY KEY (space, id)) WITHOUT ROWID""",
)
# places: what one sealed oneself, and one's own share. held: shares that one keeps back. late: since when a share that
# is due waits for word of a cancellation. answered: codes after which this node sent as much as after the other one.
# boxkeys: the secret of this device's key.
LOCAL: Final = (
    """CREATE TABLE IF NOT EXISTS gatherings_places (
        space TEXT, id TEXT, point TEXT, place TEXT, share TEXT, until INTEGER,
        PRIMARY KEY (space, id)) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS gatherings_held (space TEXT, id TEXT, PRIMARY KEY (space, id)) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS gatherings_late (
        space TEXT, id TEXT, since INTEGER, PRIMARY KEY (space, id)) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS gatherings_answered (space TEXT, id TEXT, PRIMARY KEY (space, id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS gatherings_boxkeys (space TEXT PRIMARY KEY, secret TEXT) WITHOUT ROWID",
)

_OWN: Final = (
    "gatherings_briefings",
    "gatherings_points",
    "gatherings_shares",
    "gatherings_released",
    "gatherings_keys",
    "gatherings_watches",
)
NAMES: Final = (
    *_OWN,
    "gatherings_places",
    "gatherings_held",
    "gatherings_late",
    "gatherings_answered",
    "gatherings_boxkeys",
)


def project(tables: Tables, space: str, topic: str, known: Known | None) -> None:
    """The topic's rows, replacing what was there."""
    for table in _OWN:
        tables.execute(f"DELETE FROM {table} WHERE space = ? AND id = ?", (space, topic))
    if known is None:
        return
    tables.many(
        "INSERT INTO gatherings_keys VALUES (?, ?, ?, ?)",
        [(space, topic, device, said.body.key) for device, said in sorted(known.keys.items())],
    )
    _gathered(tables, space, topic, known.gathered)
    _watched(tables, space, topic, known.watched)


def _gathered(tables: Tables, space: str, topic: str, gathered: Gathered) -> None:
    if gathered.opening is None:
        return
    for role in ROLES:
        said = gathered.briefing(role)
        if said is not None:
            body = said.body
            tables.execute(
                "INSERT INTO gatherings_briefings VALUES (?, ?, ?, ?, ?, ?, ?)",
                (space, topic, role, said.member, body.version, " ".join(body.members), balance_bidi(body.text)),
            )
    point = gathered.point
    if point is None:
        return
    box = point.body
    tables.execute(
        "INSERT INTO gatherings_points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (space, topic, point.id, point.member, box.version, box.need, box.opens, box.box, " ".join(box.marks)),
    )
    kept = gathered.shares.get(point.member, {})
    tables.many(
        "INSERT INTO gatherings_shares VALUES (?, ?, ?, ?, ?)",
        [(space, topic, mark, *kept[mark]) for mark in box.marks if mark in kept],
    )
    _released(tables, space, topic, box.marks, gathered.released)


def _watched(tables: Tables, space: str, topic: str, watched: Watched) -> None:
    watch = watched.watch
    if watch is None:
        return
    body = watch.body
    tokens = " ".join(mark for mark in watched.tokens if mark in body.codes)
    tables.execute(
        "INSERT INTO gatherings_watches VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            space, topic, watch.member, body.gathering, body.back_by, ends(body),
            msgspec.json.encode(body).decode(), tokens,
        ),
    )  # fmt: skip
    _released(tables, space, topic, body.marks, watched.released)


def _released(
    tables: Tables, space: str, topic: str, marks: tuple[str, ...], released: Mapping[str, Mapping[str, str]]
) -> None:
    """The shares that are asked for, each as the member of the lowest id gave it out."""
    rows = {}
    for member in sorted(released, reverse=True):
        rows.update({mark: (share, member) for mark, share in released[member].items() if mark in marks})
    tables.many(
        "INSERT INTO gatherings_released VALUES (?, ?, ?, ?, ?)",
        [(space, topic, mark, *found) for mark, found in sorted(rows.items())],
    )
