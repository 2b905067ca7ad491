"""The sealed meeting point: sealing it, giving each marshal a share to keep, reading it once enough were given out.

Nothing here keeps a place that was put together: it is made anew each time somebody looks. Only whoever sealed it has
it written down, in this node's own memory, until its time is over.
"""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.errors import RemoteError, UsageError
from tadamun.core.ports import Audience, Workbench
from tadamun.core.room import Call
from tadamun.crypto import labels, shares
from tadamun.rooms.gatherings import actions_sealed as actions
from tadamun.rooms.gatherings import times
from tadamun.rooms.gatherings.given import OneGathering, organised, reader_of, standing
from tadamun.rooms.gatherings.reading import Row

AHEAD: Final = 2 * 3_600  # seconds before it begins at which shares are given out, unless somebody says otherwise


class Seal(OneGathering, frozen=True, forbid_unknown_fields=True):
    """place: where one meets. marshals: who keeps a share, oneself too if so. need: how many shares open it. opens:
    from when on they are given out, on the clocks there ("": two hours before it begins)."""

    place: str
    marshals: tuple[str, ...]
    need: int = 2
    opens: str = ""


class Hold(OneGathering, frozen=True, forbid_unknown_fields=True):
    """hold: keep one's share back, whatever the time; False: no longer."""

    hold: bool = True


async def seal(bench: Workbench, asked: Seal) -> dict[str, Any]:
    """Seal the meeting point, and give each marshal a share. It replaces the one before. Gives {id, need, count,
    opens}."""
    space, reader = reader_of(bench, asked)
    me, now = bench.me(space), bench.clock.now()
    row = organised(reader, asked.gathering, me)
    standing(reader, row.id, now)
    place = actions.sealed_text(asked.place)
    marshals = sorted({bench.facts.names.who(space, one) for one in asked.marshals})
    if any(bench.seat(space, one) is None for one in marshals):
        raise UsageError(
            "One of these marshals does not belong any more. Nothing was sealed. Choose among the members."
        )
    if not shares.LEAST <= asked.need <= len(marshals) <= shares.MOST:
        raise UsageError(
            "At least {least} shares open it, of at most {most}. Name as many marshals as are needed, or more.",
            least=shares.LEAST,
            most=shares.MOST,
        )
    opens = _opens(row, asked.opens)
    box, given = shares.seal(place, labels.meeting_point(space, row.id), asked.need, len(marshals), bench.random)
    held = bench.tables.execute("SELECT version FROM gatherings_points WHERE space = ? AND id = ?", (space, row.id))
    version = int(held[0][0]) + 1 if held else 1
    event = await bench.say(
        space, actions.point(row.id, version, asked.need, [shares.mark(one) for one in given], opens, to_b64(box))
    )
    own = ""
    for marshal, one in zip(marshals, given, strict=True):
        if marshal == me:
            own = one
        else:
            await bench.say(space, actions.share(row.id, one, Audience(marshal, row.plan.until)))
    bench.tables.execute(
        "INSERT OR REPLACE INTO gatherings_places VALUES (?, ?, ?, ?, ?, ?)",
        (space, row.id, event, place, own, row.plan.until),
    )
    return {"id": event, "need": asked.need, "count": len(marshals), "opens": opens}


async def point(bench: Workbench, asked: OneGathering) -> dict[str, Any]:
    """{sealed, opens, need, count, given_out: [{member, name}], place, opened, mine, holding, sealed_by_me, keepers:
    [{member, name}], until, cancelled, zone}.

    opened: enough shares are there and it is not cancelled; place: where one meets, "" if this node does not know.
    mine: this person keeps a share; holding: they hold it back. keepers: known to whoever sealed it alone.
    """
    space, reader = reader_of(bench, asked)
    row = reader.one(asked.gathering)
    me, names = bench.me(space), bench.facts.names
    rows = bench.tables.execute(
        "SELECT need, opens, box, marks FROM gatherings_points WHERE space = ? AND id = ?", (space, row.id)
    )
    written = bench.tables.execute(
        "SELECT w.place, w.share FROM gatherings_places w JOIN gatherings_points p USING (space, id, point)"
        " WHERE space = ? AND id = ?",
        (space, row.id),
    )
    told: dict[str, Any] = {
        "sealed": bool(rows), "opens": 0, "need": 0, "count": 0, "given_out": [], "place": "", "opened": False,
        "mine": False, "holding": False, "sealed_by_me": bool(written), "keepers": [], "until": row.plan.until,
        "cancelled": row.cancelled, "zone": row.plan.zone,
    }  # fmt: skip
    if not rows:
        return told
    need, opens, box, marks = rows[0]
    released = bench.tables.execute(
        "SELECT share, member FROM gatherings_released WHERE space = ? AND id = ? ORDER BY mark", (space, row.id)
    )
    keepers = bench.tables.execute("SELECT keeper FROM gatherings_shares WHERE space = ? AND id = ?", (space, row.id))
    place = written[0][0] if written else ""
    opened = False
    if not row.cancelled and len(released) >= need:
        put_together = _put_together(space, row.id, box, [share for share, _ in released[:need]])
        opened, place = bool(put_together), put_together or place
    own = bool(written and written[0][1])
    members = sorted({keeper for (keeper,) in keepers} | ({me} if own else set()))
    return told | {
        "opens": opens,
        "need": need,
        "count": len(marks.split()),
        "given_out": [{"member": one, "name": names.name(space, one)} for one in sorted({one for _, one in released})],
        "place": place,
        "opened": opened,
        "mine": me in members,
        "holding": holds(bench, space, row.id),
        "keepers": [{"member": one, "name": names.name(space, one)} for one in members] if written else [],
    }


async def hold(bench: Workbench, asked: Hold) -> dict[str, Any]:
    """Keep one's share of a meeting point back, on this device, or no longer. Gives {gathering, holding}."""
    space, reader = reader_of(bench, asked)
    row = reader.one(asked.gathering)
    bench.tables.execute("DELETE FROM gatherings_held WHERE space = ? AND id = ?", (space, row.id))
    if asked.hold:
        bench.tables.execute("INSERT INTO gatherings_held VALUES (?, ?)", (space, row.id))
    return {"gathering": row.id, "holding": asked.hold}


def holds(bench: Workbench, space: str, gathering: str) -> bool:
    """Whether this person keeps their share back here."""
    return bool(bench.tables.execute("SELECT 1 FROM gatherings_held WHERE space = ? AND id = ?", (space, gathering)))


CALLS: Final = {
    "gathering.seal": Call(Seal, seal),
    "gathering.point": Call(OneGathering, point),
    "gathering.hold": Call(Hold, hold),
}


def _opens(row: Row, typed: str) -> int:
    zone = row.plan.zone or "UTC"
    opens = times.moment(typed, zone) if typed else row.begins - AHEAD
    if opens >= row.ends:
        raise UsageError("It would open when the gathering is over. Choose an earlier time.")
    return max(60, opens // 60 * 60)


def _put_together(space: str, gathering: str, box: str, given: list[str]) -> str:
    """The place; "" if these shares do not open it, as when whoever sealed it made a mistake."""
    try:
        return shares.open_box(from_b64(box), labels.meeting_point(space, gathering), given)
    except RemoteError:
        return ""
