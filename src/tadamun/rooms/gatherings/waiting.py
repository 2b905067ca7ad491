"""The errands of those who wait for somebody: to tell the key that they can be told things by, and, when somebody did
not come back, to give their share of the card to the others who wait.

Each decides by its own clock and what it heard. The device of whoever is missing has no part in it, and does not hear
of it: it may be off, or in others' hands.
"""

from __future__ import annotations

from tadamun.core.errors import LocalError
from tadamun.core.ports import Workbench
from tadamun.crypto import shares
from tadamun.crypto.lockbox import BoxKey
from tadamun.rooms.gatherings import actions_sealed as actions
from tadamun.rooms.gatherings import watches
from tadamun.rooms.gatherings.release import AGAIN, in_time


async def errand_of_keys(bench: Workbench, space: str, now: int) -> int:
    """Tell the key of this device, once, where people gather or told theirs: elsewhere nobody would ask for it."""
    used = (
        "SELECT 1 FROM gatherings_items WHERE space = ? UNION ALL SELECT 1 FROM gatherings_keys WHERE space = ? LIMIT 1"
    )
    if bench.tables.execute(used, (space, space)):
        await tell_key(bench, space)
    return 0


async def tell_key(bench: Workbench, space: str) -> None:
    """Make this device a key, keep its secret here, and tell the space its public half; nothing if that was done."""
    key = watches.own_key(bench, space)
    if key is None:
        key = BoxKey.make(bench.random)
        bench.tables.execute("INSERT INTO gatherings_boxkeys VALUES (?, ?)", (space, key.secret.to_text()))
    known = bench.tables.execute(
        "SELECT 1 FROM gatherings_keys WHERE space = ? AND id = ? AND key = ?", (space, bench.me(space), key.public)
    )
    if not known:
        await bench.say(space, actions.key(key.public))


async def errand(bench: Workbench, space: str, now: int) -> int:
    """Give out the shares that are due. Gives when to look again; 0: when something changes."""
    me = bench.me(space)
    again = 0
    for one in watches.standing(bench, space, now):
        if one.member == me or not one.share:
            continue
        if one.ended and not one.forced:
            await _as_if(bench, space, one, me)
            continue
        if one.share in watches.given_out(bench, space, one):
            continue
        due = now if one.forced else one.card_at
        if due <= now and not one.forced:
            due = in_time(bench, space, one.id, one.card_at, now)
        if due > now:
            again = min(again or due, due)
            continue
        try:
            await bench.say(space, actions.release(one.id, one.share, one.among_themselves(me)))
        except LocalError:  # as when nobody else who waits belongs any more: the others' cards do not wait for that
            again = min(again or now + AGAIN, now + AGAIN)
    return again


async def _as_if(bench: Workbench, space: str, one: watches.Standing, me: str) -> None:
    """After the code that is not said under force: as much traffic as after the other, once. Else whoever forces
    somebody could tell the codes apart by what the others' nodes send a moment later."""
    if bench.tables.execute("SELECT 1 FROM gatherings_answered WHERE space = ? AND id = ?", (space, one.id)):
        return
    bench.tables.execute("INSERT INTO gatherings_answered VALUES (?, ?)", (space, one.id))
    _, [words, _] = shares.seal("", b"", 2, 2, bench.random)
    await bench.say(space, actions.release(one.id, words, one.among_themselves(me)))
