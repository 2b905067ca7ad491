"""A simulated town whose nodes have the masked room too, ready to speak: three members with ring keys of the month.

`opening` and `following` make events as a hostile program would, and `seal_in` gives them to nodes in any order.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kits.masked_room import masked_parts
from kits.sealed import SeededRandom
from kits.sim import Home, Template, Town, hash_of, template
from tadamun.core.b64 import to_b64
from tadamun.core.event import Draft, Event, to_json
from tadamun.core.frame import tags, unproven
from tadamun.core.genuine import Frame, Genuine, Proof
from tadamun.core.ports import Saying
from tadamun.crypto import labels, ring
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.seal import seal
from tadamun.node import ringkeys
from tadamun.node.node import Parts

PARTS = masked_parts()
NAMES = ("amal", "badr", "celine")


class MaskedTown(Town):
    async def on(self, home: Home, parts: Parts = PARTS, vault: Callable[[Any], Any] = lambda vault: vault) -> Home:
        return await super().on(home, parts, vault)

    async def say(self, who: str, saying: Saying) -> str:
        home = self.homes[who]
        said: str = await self.drive(home, home.up.bench.say(home.place.space, saying))
        return said

    def said(self, who: str) -> list[tuple[str, str, int]]:
        """(author, text, ring) of all that this node shows, in one order."""
        rows = self.homes[who].up.bench.tables.execute("SELECT author, text, ring FROM ask_said ORDER BY id")
        return [(author, text, size) for author, text, size in rows]

    def texts(self, who: str) -> list[str]:
        return sorted(text for _, text, _ in self.said(who))


async def gathered(folder: Path) -> Template:
    """Amal (founder), Badr (steward), Celine (member); each has a ring key."""
    town = MaskedTown(folder)
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    for name, level in (("badr", 50), ("celine", 10)):
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=level))["link"], name.title())
        await town.settle()
    await town.pass_time(20)
    return await template(town)


async def reopened(kept: Template, folder: Path) -> MaskedTown:
    town = MaskedTown(folder, 7, kept.at)
    for name, wire in kept.wires.items():
        shutil.copytree(kept.folder / name, folder / name)
        await town.on(Home(name, folder / name, wire.copied(town.hours), town._random(name, "copy")))
    await town.settle()
    return town


def ring_key(home: Home) -> Any:
    """(event, private half) of a member's ring key."""
    found = ringkeys.own(home.up.vault.read, home.place, period(home))
    assert found is not None
    return found


def period(home: Home) -> int:
    return ringkeys.period_of(home.up.clock.now())


def opening(
    home: Home,
    saying: Saying,
    *,
    slot: int = 0,
    key: SigningKey | None = None,
    ring_events: Sequence[str] | None = None,
    secret: Any = None,
    months: int = 0,
    heads: tuple[str, ...] | None = None,
    spoil: Callable[[Proof], Proof] = lambda proof: proof,
    seed: object = 0,
) -> Genuine:
    """An event that opens a mask, made without asking any rule. months: of another month; seed: of the one-time key."""
    place = home.place
    random = SeededRandom(hash_of("opening", seed))
    key = SigningKey.make(random) if key is None else key
    month = period(home) + months
    if ring_events is None:
        ring_events = ringkeys.draw(place, period(home), ring_key(home)[0], random)
    events = list(ring_events)
    secret = ring_key(home)[1] if secret is None else secret
    assert saying.mask is not None
    bound = labels.mask(place.space, month, slot, saying.mask.scope)
    keys = sorted(place.masks.keys[one].key for one in events)
    claim = Proof(saying.mask.scope, month, slot, tuple(events), to_b64(ring.tag_of(secret, bound)), "")
    at = home.up.clock.now() // 3600 * 3600

    def draft(proof: Proof) -> Draft:
        cited = place.log.heads if heads is None else heads
        frame = Frame(place.space, cited, place.log.height, 0, "", mask=proof)
        return Draft(saying.kind, saying.content, tags(frame) + saying.tags, at)

    first = draft(claim)
    message = unproven(key.public, first.created_at, first.kind, first.content, first.tags)
    proof = to_b64(ring.sign(secret, keys, bound, message, random))
    return key.sign(draft(spoil(msgspec.structs.replace(claim, proof=proof))))


def following(home: Home, saying: Saying, under: str, key: SigningKey, n: int) -> Genuine:
    """An event under a one-time key, made without asking any rule."""
    place = home.place
    frame = Frame(place.space, place.log.heads, place.log.height, n, "", under=under)
    at = home.up.clock.now() // 3600 * 3600
    return key.sign(Draft(saying.kind, saying.content, tags(frame) + saying.tags, at))


def one_time_key(seed: int) -> SigningKey:
    return SigningKey.make(SeededRandom(seed))


async def seal_in(town: Town, who: str, *events: Genuine) -> None:
    """Put events, sealed under the space's epoch, into one node's wire store, and let it alone deal with them."""
    home = town.homes[who]
    box = home.place.best_epoch()
    assert box is not None
    for one in events:
        outer: Event = seal(one, box.keys, now=home.up.clock.now(), random=town._random("seal", one.event.id, who))
        await home.wire.put([(outer, to_json(outer))])
        await town.work(home)
