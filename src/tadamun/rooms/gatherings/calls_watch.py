"""Being waited for: back by a time, and what happens if not. What is sealed to whom is said in docs/protocol/kinds.md.

The device of whoever goes out keeps nothing that tells the two codes apart: it makes a token of what is typed, and
those who wait know what it means. So neither its screen nor its vault betrays which code was typed.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.crypto import codes, labels, lockbox, shares
from tadamun.rooms.gatherings import actions_sealed as actions
from tadamun.rooms.gatherings import times, waiting, watches
from tadamun.rooms.gatherings.given import InSpace, some
from tadamun.rooms.gatherings.own import LONGEST_OUT, MAX_WATCHERS, Watch, ends
from tadamun.rooms.gatherings.planning import zone_for
from tadamun.rooms.gatherings.reading import Reader

HOUR: Final = 3_600
MOST_BOXES: Final = 40


class Out(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """back_by: "2026-12-05T22:00" on the clocks of `zone` ("": the one last used here). buddies: who is told first.
    legal: who is told `legal_after` seconds later; `card_after` later the card opens to all of them. code: what one
    types when one is back; forced: what one types when somebody makes one type it."""

    back_by: str
    zone: str = ""
    gathering: str = ""
    buddies: tuple[str, ...]
    legal: str
    legal_after: Annotated[int, msgspec.Meta(ge=0, le=7 * 86_400)] = 1_800
    card_after: Annotated[int, msgspec.Meta(ge=0, le=7 * 86_400)] = 1_800
    card: str
    code: str
    forced: str


class Returned(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """watch: an id or its beginning; "": the only one of one's own that goes on."""

    watch: str = ""
    code: str


async def out(bench: Workbench, asked: Out) -> dict[str, Any]:
    """Ask members to wait for one. Gives {id, back_by, legal_at, card_at, ends}."""
    space = bench.space(asked.space)
    me, now, names = bench.me(space), bench.clock.now(), bench.facts.names
    back_by = times.moment(asked.back_by, zone_for(bench, asked.zone))
    if not now < back_by <= now + LONGEST_OUT:
        raise UsageError(
            "Say when you will be back: later than now, and within {days} days.", days=LONGEST_OUT // 86_400
        )
    buddies = sorted({names.who(space, one) for one in asked.buddies})
    legal = names.who(space, asked.legal)
    if me in (*buddies, legal) or legal in buddies or not 1 <= len(buddies) <= MAX_WATCHERS:
        raise UsageError(
            "Name at least one buddy, and another member as legal contact: nobody for both, and not yourself."
        )
    typed, forced = actions.code(asked.code), actions.code(asked.forced)
    await waiting.tell_key(bench, space)
    salt = bench.random.bytes(codes.SALT)
    marks = [codes.mark(codes.token(one, salt)) for one in (typed, forced)]
    if marks[0] == marks[1]:
        raise UsageError("The two codes are the same. Choose two that you will not mix up.")
    gathering = Reader(bench.tables, space, bench.members(space)).one(asked.gathering).id if asked.gathering else ""
    named = [*buddies, legal]
    card, given = shares.seal(
        actions.sealed_text(asked.card), labels.card(space, me, salt), 2, len(named), bench.random
    )
    silent = sorted(marks).index(marks[1])
    boxes = [
        to_b64(lockbox.seal_to(key, watches.told(share, silent), labels.watch(space, me, salt)))
        for member, share in zip(named, given, strict=True)
        for key in _keys(bench, space, member, MOST_BOXES // len(named))
    ]
    body = Watch(
        gathering=gathering,
        back_by=back_by,
        legal_after=asked.legal_after,
        card_after=asked.card_after,
        buddies=tuple(buddies),
        legal=legal,
        need=2,
        marks=tuple(sorted(map(shares.mark, given))),
        codes=(min(marks), max(marks)),
        salt=to_b64(salt),
        card=to_b64(card),
        boxes=tuple(sorted(boxes)),
    )
    event = await bench.say(space, actions.watch(body, some(set(named), me, ends(body))))
    legal_at = back_by + asked.legal_after
    return {
        "id": event, "back_by": back_by, "legal_at": legal_at, "card_at": legal_at + asked.card_after,
        "ends": ends(body),
    }  # fmt: skip


async def returned(bench: Workbench, asked: Returned) -> dict[str, Any]:
    """Say that one is back, by either code: this device does not know which it was. Gives {watch}."""
    space = bench.space(asked.space)
    me, now = bench.me(space), bench.clock.now()
    mine = [one for one in watches.standing(bench, space, now) if one.member == me]
    found = [one for one in mine if one.id.startswith(asked.watch)] if asked.watch else mine
    found = [one for one in found if not one.ended] or found
    if len(found) != 1:
        raise UsageError(
            "Nobody waits for you just now." if not found else "You are waited for more than once. Say which by its id."
        )
    [one] = found
    token = codes.token(actions.code(asked.code), from_b64(one.body.salt))
    if codes.mark(token) not in one.body.codes:
        raise NotAllowed("That is none of your two codes. Nothing was sent. Type it again.")
    await bench.say(space, actions.back(one.id, token, one.audience(me)))
    return {"watch": one.id}


async def listed(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{ready, mine, others: [{id, member, name, back_by, legal_at, card_at, ends, gathering, buddies, legal: {member,
    name}, ended, alarm, level, card}]}. ready: members whose devices have told where to send a watch.

    level, of others: "waiting", "late" (the buddies are told), "legal" (the legal contact too), "open" (the card),
    "forced" (they said so under force), "back". alarm: it concerns this person now. card: "" until it is open.
    Of one's own, `ended` is all that is known here: it looks the same whichever code was typed.
    """
    space = bench.space(asked.space)
    me, now = bench.me(space), bench.clock.now()
    found = watches.standing(bench, space, now)
    told = {member for (member,) in bench.tables.execute("SELECT id FROM gatherings_keys WHERE space = ?", (space,))}
    return {
        "ready": sorted(told & bench.members(space).keys() - {me}),
        "mine": [watches.shown(bench, space, one, now) for one in found if one.member == me],
        "others": [watches.shown(bench, space, one, now) for one in found if one.member != me],
    }


async def tell_key(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """Tell where this device can be sent a watch; the others' devices do so then, too. Gives {told: true}."""
    await waiting.tell_key(bench, bench.space(asked.space))
    return {"told": True}


CALLS: Final = {
    "gathering.tell_key": Call(InSpace, tell_key),
    "gathering.out": Call(Out, out),
    "gathering.back": Call(Returned, returned),
    "gathering.watches": Call(InSpace, listed),
}


def _keys(bench: Workbench, space: str, member: str, most: int) -> list[str]:
    """The keys of a member's devices. Raises UsageError if none was told yet."""
    rows = bench.tables.execute(
        "SELECT key FROM gatherings_keys WHERE space = ? AND id = ? ORDER BY device LIMIT ?",
        (space, member, most),
    )
    keys = [key for (key,) in rows if lockbox.usable(key)]
    if not keys or bench.seat(space, member) is None:
        raise UsageError(
            "{name}'s device has not told yet where to send this. It does so by itself when it is next connected; or"
            " name somebody else.",
            name=bench.facts.names.name(space, member),
        )
    return keys
