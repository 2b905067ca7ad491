"""One member whole, as their card shows them; and what a change of name leaves behind.

The old name is in no view (view.py): it is looked for as a word that people may have written, by full text. What the
answer lists as staying is what docs/protocol/kinds.md says under "People".
"""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.core.words import N_
from tadamun.rooms.people import actions
from tadamun.rooms.people.calls import InSpace, OfMember, show, skeletons
from tadamun.rooms.people.lookalike import skeleton

MOST: Final = 200  # texts that are counted

_SHOWN: Final = N_("Everything you have said is shown under the new name at once, and so are mentions of you.")
_ALIKE: Final = N_("Somebody here is called so already: both names are shown with a mark behind them.")
_WRITTEN: Final = N_(
    "Where people wrote the old name out in their texts it stays. Only who wrote a text can change it."
)
_RECORD: Final = N_(
    "Members' devices keep the signed record of the old name in their vaults. Tadamun shows it nowhere; somebody with a"
    " vault open and the right tools could read it."
)
_OFFLINE: Final = N_("Members who are not connected see the old name until they are.")
_MEMORY: Final = N_("Whoever saw the old name may remember it, or have a picture of it.")


class Renaming(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """name: the new one, "" to ask afterwards. old: the one to look for; "": the present one."""

    name: str = ""
    old: str = ""


async def card(bench: Workbench, asked: OfMember) -> dict[str, Any]:
    """As `people.show`, and: {vouches_for: [{member, name, note}], former, joined (Unix seconds, 0: not known),
    devices (how many), verified_at (0: not), vouched_by_me, alike: [{member, name}] of others whose name looks the
    same}."""
    shown = await show(bench, asked)
    space, member = bench.space(asked.space), shown["member"]
    members = bench.members(space)
    rows = bench.tables.execute(
        "SELECT member, note FROM people_vouches WHERE space = ? AND voucher = ? AND vouches = 1 ORDER BY member",
        (space, member),
    )
    names = bench.facts.names
    seat = bench.seat(space, member)
    drawn = skeletons(bench, space)
    at = bench.tables.execute("SELECT at FROM people_verified WHERE space = ? AND member = ?", (space, member))
    return shown | {
        "vouches_for": [
            {"member": one, "name": names.name(space, one), "note": note} for one, note in rows if one in members
        ],
        "vouched_by_me": any(one["member"] == bench.me(space) for one in shown["vouched_by"]),
        "former": seat is None,
        "joined": seat.since if seat is not None else 0,
        "devices": seat.devices if seat is not None else 0,
        "verified_at": at[0][0] if at and shown["verified"] else 0,
        "alike": [
            {"member": one, "name": names.name(space, one)}
            for one, as_drawn in sorted(drawn.items())
            if one != member and as_drawn == drawn.get(member)
        ],
    }


async def renaming(bench: Workbench, asked: Renaming) -> dict[str, Any]:
    """What a new name changes and what not: {old, new, alike: [names], found, more, sentences: [{id, message}]}.

    found: how many texts here hold the old name's words, as full text finds them (`talk.read` with search shows them);
    more: there are at least so many. Raises UsageError for a name that cannot be taken.
    """
    space = bench.space(asked.space)
    me = bench.me(space)
    held = bench.tables.execute("SELECT name FROM people_profiles WHERE space = ? AND member = ?", (space, me))
    old = asked.old or (held[0][0] if held else "")
    alike: list[str] = []
    if asked.name:
        actions.profile(1, asked.name)
        rows = bench.tables.execute(
            "SELECT member FROM people_profiles WHERE space = ? AND skeleton = ?", (space, skeleton(asked.name.strip()))
        )
        alike = [one for (one,) in rows if one != me and one in bench.members(space)]
    # Quoted: the words of the name together. A profile is found by its member's id.
    found = bench.matches(space, '"' + old.replace('"', " ") + '"', MOST) if old else []
    texts = [one for one in found if one not in bench.members(space)]
    told = [("shown", _SHOWN)]
    told += [("alike", _ALIKE)] if alike else []
    told += [("written", _WRITTEN), ("record", _RECORD), ("offline", _OFFLINE), ("memory", _MEMORY)]
    return {
        "old": old,
        "new": asked.name.strip(),
        "alike": sorted(bench.facts.names.name(space, one) for one in alike),
        "found": len(texts),
        "more": len(found) >= MOST,
        "sentences": [{"id": i, "message": message} for i, message in told],
    }


CALLS: Final = {
    "people.card": Call(OfMember, card),
    "people.renaming": Call(Renaming, renaming),
}
