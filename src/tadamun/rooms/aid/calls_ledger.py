"""The care ledger between oneself and each other member: what was given, confirmed by both, forgiven.

Entries travel in the private channel of the two; nobody else has them, and there is no sum over all members but one's
own to look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.rooms.aid import actions
from tadamun.rooms.aid.balance import Line, balance, hint
from tadamun.rooms.aid.bodies import MAX_AMOUNT, Unit
from tadamun.rooms.aid.given import InSpace, reader_of
from tadamun.rooms.aid.reading import AHEAD, Reader

MOST: Final = 200  # entries shown of one pair
UNITS: Final[tuple[Unit, ...]] = ("minutes", "units")
COUNT: Final = ("confirmed", "forgiven")
_ROW: Final = "id, first, one, two, forgives, unit, amount, note, about, state, created_at"


class WithMember(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """member: a name, or the beginning of an id."""

    member: str


class Give(WithMember, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """took: it was the other who gave. amount: minutes, or units of whatever the two count. item: what it was about."""

    amount: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
    unit: Unit = "minutes"
    took: bool = False
    note: str = ""
    item: str = ""


class AnswerEntry(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """entry: an id or its beginning. to: confirmed or refused by whom it was told; withdrawn by who wrote it."""

    entry: str
    to: Literal["confirmed", "refused", "withdrawn"]


class Forgive(WithMember, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that the member owes me, in that unit, as it stands now."""

    unit: Unit = "minutes"


async def give(bench: Workbench, asked: Give) -> dict[str, Any]:
    """Write into the ledger of the two that something was given; it counts once the other confirms. Gives {id,
    member}."""
    space, reader = reader_of(bench, asked)
    other = _other(bench, space, reader, asked.member)
    item = reader.item(asked.item).id if asked.item else ""
    giver, taker = (other, reader.me) if asked.took else (reader.me, other)
    saying = actions.entry(giver, taker, asked.unit, asked.amount, asked.note, item, False, other)
    return {"id": await bench.say(space, saying), "member": other}


async def answer(bench: Workbench, asked: AnswerEntry) -> dict[str, Any]:
    """Confirm or refuse what the other wrote, or withdraw what one wrote oneself. Gives {id, entry, member}."""
    space, reader = reader_of(bench, asked)
    row = _entry(reader, asked.entry)
    mine = row["mine"]
    if row["state"] in COUNT:
        raise UsageError("That is confirmed and stays. What is owed can be given back, or forgiven.")
    if mine != (asked.to == "withdrawn"):
        raise UsageError(
            "You wrote that yourself: the other confirms it. You can withdraw it."
            if mine
            else "The other wrote that: you can confirm or refuse it."
        )
    version = answered(reader, row["id"]) + 1
    saying = actions.answer(row["id"], version, asked.to, row["member"])
    return {"id": await bench.say(space, saying), "entry": row["id"], "member": row["member"]}


async def forgive(bench: Workbench, asked: Forgive) -> dict[str, Any]:
    """Give up what a member owes. Gives {id, member, amount}: how much it was."""
    space, reader = reader_of(bench, asked)
    other = _other(bench, space, reader, asked.member)
    owed = balance(reader.me, other, _lines(reader, other).get((other, asked.unit), ()))
    if owed <= 0:
        raise UsageError("Nothing is owed to you there, so there is nothing to forgive.")
    first = min(owed, MAX_AMOUNT)
    event = await bench.say(space, actions.entry(reader.me, other, asked.unit, first, "", "", True, other))
    return {"id": event, "member": other, "amount": first}


async def ledger(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{members: [{member, name, minutes, units, hints, waiting}]}: with whom I have entries, and what they owe me
    (below zero: I them), as only we two know. waiting: entries that wait for me. hints: {unit: given-much or
    taken-much}."""
    space, reader = reader_of(bench, asked)
    lines = _lines(reader)
    rows = reader.tables.execute(
        "SELECT CASE WHEN one = ?1 THEN two ELSE one END, sum(state = 'waiting' AND first <> ?1) FROM aid_between"
        " WHERE space = ?2 AND sort = 'entry' AND (one = ?1 OR two = ?1) GROUP BY 1",
        (reader.me, space),
    )
    names = bench.facts.names
    found = []
    for other, waiting in rows:
        owed = _owed(reader, other, lines)
        found.append({"member": other, "name": names.name(space, other), **owed, "waiting": waiting})
    return {"members": sorted(found, key=lambda one: (-one["waiting"], str(one["name"]).casefold(), one["member"]))}


async def ledger_with(bench: Workbench, asked: WithMember) -> dict[str, Any]:
    """{member, name, minutes, units, hints, entries, more}: the newest entries between us, each {id, mine, gave (by
    me), forgives, unit, amount, note, item, state, created_at, may}."""
    space, reader = reader_of(bench, asked)
    other = _other(bench, space, reader, asked.member)
    rows = reader.tables.execute(
        f"SELECT {_ROW} FROM aid_between WHERE space = ?1 AND sort = 'entry'"
        " AND ((one = ?2 AND two = ?3) OR (one = ?3 AND two = ?2))"
        " ORDER BY CASE WHEN created_at > ?4 THEN 0 ELSE created_at END DESC, seq DESC, id LIMIT ?5",
        (space, reader.me, other, reader.now + AHEAD, MOST + 1),
    )
    return {
        "member": other,
        "name": bench.facts.names.name(space, other),
        **_owed(reader, other, _lines(reader, other)),
        "entries": [_shown(reader, row) for row in rows[:MOST]],
        "more": len(rows) > MOST,
    }


def answered(reader: Reader, about: str) -> int:
    """The version of one's own last answer to it, 0 for none."""
    rows = reader.tables.execute(
        "SELECT version FROM aid_answers WHERE space = ? AND id = ? AND member = ?", (reader.space, about, reader.me)
    )
    return int(rows[0][0]) if rows else 0


CALLS: Final = {
    "aid.give": Call(Give, give),
    "aid.answer": Call(AnswerEntry, answer),
    "aid.forgive": Call(Forgive, forgive),
    "aid.ledger": Call(InSpace, ledger),
    "aid.ledger_with": Call(WithMember, ledger_with),
}


def _other(bench: Workbench, space: str, reader: Reader, wanted: str) -> str:
    other = bench.facts.names.who(space, wanted)
    if other == reader.me:
        raise UsageError("That is you. Name another member.")
    return other


def _entry(reader: Reader, wanted: str) -> dict[str, Any]:
    key = reader.named("aid_between", wanted)
    rows = reader.tables.execute(
        f"SELECT {_ROW} FROM aid_between WHERE space = ? AND id = ? AND sort = 'entry' AND (one = ? OR two = ?)",
        (reader.space, key, reader.me, reader.me),
    )
    if not rows:
        raise UsageError("That is no entry of your ledger.")
    return _shown(reader, rows[0])


def _shown(reader: Reader, row: tuple[Any, ...]) -> dict[str, Any]:
    key, first, giver, taker, forgives, unit, amount, note, about, state, created_at = row
    mine = first == reader.me
    steps = ["withdrawn"] if mine else ["confirmed", "refused"]
    return {
        "id": key,
        "member": taker if giver == reader.me else giver,
        "mine": mine,
        "gave": giver == reader.me,
        "forgives": bool(forgives),
        "unit": unit,
        "amount": amount,
        "note": note,
        "item": about,
        "state": state,
        "created_at": created_at,
        "may": [step for step in steps if step != state] if state in ("waiting", "refused") else [],
    }


def _owed(reader: Reader, other: str, lines: Mapping[tuple[str, str], Sequence[Line]]) -> dict[str, Any]:
    """{minutes, units, hints}: what the other owes me."""
    owed: dict[str, int] = {unit: balance(reader.me, other, lines.get((other, unit), ())) for unit in UNITS}
    hints = {unit: told for unit, amount in owed.items() if (told := hint(amount, unit))}
    return {**owed, "hints": hints}


def _lines(reader: Reader, other: str = "") -> dict[tuple[str, str], list[Line]]:
    """What counts between me and the other (or each), by who that is and the unit: entries of one sort added up."""
    only = " AND (one = ? OR two = ?)" if other else ""
    rows = reader.tables.execute(
        "SELECT one, two, unit, forgives, sum(amount) FROM aid_between WHERE space = ? AND sort = 'entry'"
        f" AND state IN ('confirmed', 'forgiven') AND (one = ? OR two = ?){only} GROUP BY one, two, unit, forgives",
        (reader.space, reader.me, reader.me, *((other, other) if other else ())),
    )
    found: dict[tuple[str, str], list[Line]] = {}
    for giver, taker, unit, forgives, amount in rows:
        key = taker if giver == reader.me else giver, unit
        found.setdefault(key, []).append(Line(giver, taker, amount, bool(forgives)))
    return found
