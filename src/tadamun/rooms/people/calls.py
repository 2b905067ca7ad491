"""What a person can do and ask about people: the functions behind the page, the command line and Python alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.crypto.safety import safety_number
from tadamun.i18n.wordlist import spoken
from tadamun.rooms.people import actions

QR: Final = "tadamun:safety#"  # what the QR code says: this and the 60 digits


class InSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """space: a name, an id or its beginning; "": the only one there is."""

    space: str = ""


class OfMember(InSpace, frozen=True, forbid_unknown_fields=True):
    """member: a name, a marked name ("Sam #a3f2"), an id or its beginning."""

    member: str


class SetProfile(InSpace, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it was."""

    name: str | None = None
    pronouns: str | None = None
    languages: tuple[str, ...] | None = None
    about: str | None = None


class VouchFor(OfMember, frozen=True, forbid_unknown_fields=True):
    note: str = ""


class Verify(OfMember, frozen=True, forbid_unknown_fields=True):
    """undo: forget that they were verified."""

    undo: bool = False


async def list_members(bench: Workbench, asked: InSpace) -> list[dict[str, Any]]:
    """Everyone who belongs now, by name: as `show`, without the notes of vouches, and with {vouches, alike}.

    vouches: how many vouch for them; alike: how many others have a name that looks the same.
    """
    space = bench.space(asked.space)
    members = bench.members(space)
    rows = bench.tables.execute("SELECT member, voucher FROM people_vouches WHERE space = ? AND vouches = 1", (space,))
    # The word of somebody who was removed, or left, vouches for nobody.
    vouches = Counter(member for member, voucher in rows if voucher in members)
    newcomers = bench.newcomers(space)
    alike = Counter(skeletons(bench, space).values())
    # Thousands may be listed: their profiles come at once, and only names that look alike are looked up again.
    rows = bench.tables.execute(
        "SELECT member, skeleton, version, name, pronouns, languages, about FROM people_profiles WHERE space = ?",
        (space,),
    )
    said = {member: (drawn, _as_profile(*profile)) for member, drawn, *profile in rows}
    compared = bench.tables.execute("SELECT member FROM people_verified WHERE space = ?", (space,))
    maybe_verified = {member for (member,) in compared}
    people = []
    for member, level in members.items():
        drawn, profile = said.get(member, ("", _NOTHING))
        others = alike[drawn] - 1 if profile["name"] else 0
        name = profile["name"] if profile["name"] and not others else bench.facts.names.name(space, member)
        verified = member in maybe_verified and _verified(bench, space, member)
        card = _as_card(bench, space, member, level, newcomers, profile, name, verified)
        people.append(card | {"vouches": vouches[member], "alike": others})
    return sorted(people, key=lambda person: (person["name"].casefold(), person["member"]))


async def show(bench: Workbench, asked: OfMember) -> dict[str, Any]:
    """One member: {member, name, pronouns, languages, about, level, newcomer, newcomer_until, me, verified,
    vouched_by: [{member, name, note}]}.

    level is null for somebody who belongs no more; their whole id finds them also if they never said who they are.
    newcomer: still in the newcomer period, when the level does not count yet; newcomer_until: Unix seconds, 0: not
    known.
    """
    space = bench.space(asked.space)
    gone = bench.belonged(space, asked.member)
    member = asked.member if gone else bench.facts.names.who(space, asked.member)
    rows = bench.tables.execute(
        "SELECT voucher, note FROM people_vouches WHERE space = ? AND member = ? AND vouches = 1 ORDER BY voucher",
        (space, member),
    )
    members = bench.members(space)
    vouched_by = [
        {"member": voucher, "name": bench.facts.names.name(space, voucher), "note": note}
        for voucher, note in rows
        if voucher in members
    ]
    return _card(bench, space, member, bench.members(space).get(member)) | {"vouched_by": vouched_by}


def skeletons(bench: Workbench, space: str) -> dict[str, str]:
    """What each member's name looks like (lookalike.py); nobody without a name."""
    rows = bench.tables.execute("SELECT member, skeleton FROM people_profiles WHERE space = ? AND name <> ''", (space,))
    members = bench.members(space)
    return {member: drawn for member, drawn in rows if member in members}


async def set_profile(bench: Workbench, asked: SetProfile) -> dict[str, Any]:
    """Say who one is in this space. Gives the profile as it now stands, with the event's id."""
    space = bench.space(asked.space)
    me = bench.me(space)
    held = _profile(bench, space, me)
    saying = actions.profile(
        held["version"] + 1,
        held["name"] if asked.name is None else asked.name,
        held["pronouns"] if asked.pronouns is None else asked.pronouns,
        held["languages"] if asked.languages is None else asked.languages,
        held["about"] if asked.about is None else asked.about,
    )
    event = await bench.say(space, saying)
    return {"id": event} | _card(bench, space, me, bench.members(space).get(me))


async def vouch(bench: Workbench, asked: VouchFor) -> dict[str, Any]:
    """Say that one knows a member to be who they say they are."""
    return await _vouch(bench, asked, True, asked.note)


async def unvouch(bench: Workbench, asked: OfMember) -> dict[str, Any]:
    """Take one's vouch back."""
    return await _vouch(bench, asked, False, "")


async def compare(bench: Workbench, asked: OfMember) -> dict[str, Any]:
    """What two people compare when they meet: {member, name, digits, words_en, words_ar, qr, verified}."""
    space = bench.space(asked.space)
    member = _other(bench, space, asked.member)
    number = safety_number(space, bench.me(space), member)
    digits = " ".join(number.groups())
    return {
        "member": member,
        "name": bench.facts.names.name(space, member),
        "digits": digits,
        "words_en": " ".join(number.words(spoken("en"))),
        "words_ar": " ".join(number.words(spoken("ar"))),
        "qr": QR + digits.replace(" ", ""),
        "verified": _verified(bench, space, member),
    }


async def verify(bench: Workbench, asked: Verify) -> dict[str, Any]:
    """Remember, on this node alone, that the number was compared in person and was the same."""
    space = bench.space(asked.space)
    member = _other(bench, space, asked.member)
    bench.tables.execute("DELETE FROM people_verified WHERE space = ? AND member = ?", (space, member))
    if not asked.undo:
        digits = " ".join(safety_number(space, bench.me(space), member).groups())
        bench.tables.execute(
            "INSERT INTO people_verified VALUES (?, ?, ?, ?)", (space, member, digits, bench.clock.now())
        )
    return _card(bench, space, member, bench.members(space).get(member))


CALLS: Final = {
    "people.list": Call(InSpace, list_members),
    "people.show": Call(OfMember, show),
    "people.profile": Call(SetProfile, set_profile),
    "people.vouch": Call(VouchFor, vouch),
    "people.unvouch": Call(OfMember, unvouch),
    "people.safety": Call(OfMember, compare),
    "people.verify": Call(Verify, verify),
}


def _card(bench: Workbench, space: str, member: str, level: int | None) -> dict[str, Any]:
    return _as_card(
        bench, space, member, level, bench.newcomers(space), _profile(bench, space, member),
        bench.facts.names.name(space, member), _verified(bench, space, member),
    )  # fmt: skip


def _as_card(
    bench: Workbench,
    space: str,
    member: str,
    level: int | None,
    newcomers: Mapping[str, int],
    profile: Mapping[str, Any],
    name: str,
    verified: bool,
) -> dict[str, Any]:
    return {
        "member": member,
        "name": name,
        "pronouns": profile["pronouns"],
        "languages": profile["languages"],
        "about": profile["about"],
        "level": level,
        "newcomer": member in newcomers,
        "newcomer_until": newcomers.get(member, 0),
        "me": member == bench.me(space),
        "verified": verified,
    }


def _profile(bench: Workbench, space: str, member: str) -> dict[str, Any]:
    rows = bench.tables.execute(
        "SELECT version, name, pronouns, languages, about FROM people_profiles WHERE space = ? AND member = ?",
        (space, member),
    )
    return _as_profile(*rows[0]) if rows else dict(_NOTHING)


def _as_profile(version: int, name: str, pronouns: str, languages: str, about: str) -> dict[str, Any]:
    return {
        "version": version,
        "name": name,
        "pronouns": pronouns,
        "languages": msgspec.json.decode(languages, type=list[str]),
        "about": about,
    }


_NOTHING: Final = _as_profile(0, "", "", "[]", "")  # of whoever has not said who they are


async def _vouch(bench: Workbench, asked: OfMember, vouches: bool, note: str) -> dict[str, Any]:
    space = bench.space(asked.space)
    member = _other(bench, space, asked.member)
    rows = bench.tables.execute(
        "SELECT version, vouches FROM people_vouches WHERE space = ? AND member = ? AND voucher = ?",
        (space, member, bench.me(space)),
    )
    version, held = rows[0] if rows else (0, 0)
    if not vouches and not held:
        raise UsageError("You have not vouched for that member, so there is nothing to take back.")
    event = await bench.say(space, actions.vouch(version + 1, member, vouches, note))
    return {"id": event, "member": member, "name": bench.facts.names.name(space, member), "vouches": vouches}


def _other(bench: Workbench, space: str, wanted: str) -> str:
    member = bench.facts.names.who(space, wanted)
    if member == bench.me(space):
        raise UsageError("That is you. Name another member.")
    return member


def _verified(bench: Workbench, space: str, member: str) -> bool:
    rows = bench.tables.execute("SELECT number FROM people_verified WHERE space = ? AND member = ?", (space, member))
    return bool(rows) and rows[0][0] == " ".join(safety_number(space, bench.me(space), member).groups())
