"""What the rehearsal says somebody will see is what test nodes can decrypt: for random policies of history, audience,
end, removal and joining, and for whoever takes a whole vault and every sealed event that ever went by."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from thief import Thief

from kits.notes import with_notes
from kits.sim import Home, Town
from tadamun.core.ports import Audience, Reach
from tadamun.rooms.safety.rehearse import DAY, LINGERS, Eyes, seen

pytestmark = pytest.mark.anyio
HOUR = 3_600
NAMES = ("amal", "badr", "celine", "dina")
HISTORIES = ("all", "joining", "days:1", "days:3")


@dataclass(frozen=True)
class Said:
    """Something that was said, at a time, and whom it was said to reach before."""

    id: str
    at: int
    reach: Reach
    members: frozenset[str]


async def found(folder: Path, history: str, seed: int) -> Town:
    town = Town(folder, seed)
    town.parts = with_notes()
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal", history=history)
    await town.settle()
    for name in NAMES[1:]:
        await let_in(town, name, 50 if name == "badr" else 10)
    return town


async def let_in(town: Town, name: str, level: int = 10, link: str = "") -> None:
    await town.build(name)
    link = link or (await town.call("amal", "invite.new", level=level))["link"]
    await town.join(name, link, name.title())
    await town.settle()


async def say(town: Town, who: str, others: list[str], expires: int) -> Said:
    """By talk to all or to one, by a mute word among several: whatever the kind, the sealing is the same."""
    home, now = town.homes[who], town.hours.now()
    audience = Audience("", now + expires if expires else 0, tuple(town.homes[one].me for one in others))
    bench, space = home.up.bench, home.place.space
    reach, members = bench.reach(space, audience), frozenset(bench.members(space))
    said = await town.call(who, "notes.write", text=f"by {who} at {now}", to=audience.others, expires=expires)
    return Said(said, now, reach, members)


def traffic(town: Town) -> list[bytes]:
    return [raw for home in town.homes.values() for raw in home.wire.traffic.values()]


def opens(home: Home, sealed: list[bytes]) -> set[str]:
    return set(Thief(home).read(sealed))


def kept(home: Home) -> list[bytes]:
    return [stored.raw for _, stored in home.wire.held()]


def check(town: Town, said: list[Said], home: Home, kind: str, joined: int = 0) -> None:
    """Of everything said, what those eyes see is what opens in that home. joined: when they came, for newcomers."""
    now = town.hours.now()
    everything, alone = opens(home, traffic(town)), opens(home, kept(home))
    for one in said:
        eyes = Eyes("newcomer", after=joined - one.at) if joined else Eyes(kind, home.me, now - one.at)  # type: ignore[arg-type]  # one of its words
        sight = seen(one.reach, one.at, eyes, one.members)
        where = (eyes.kind, home.name, sight, one.reach.audience, (now - one.at) / DAY)
        assert (one.id in alone) is sight.reads, where
        if not sight.recorded:
            assert (one.id in everything) is sight.reads, where


async def play(folder: Path, seed: int, steps: int) -> int:
    """A random history, and everybody's eyes after each of its steps. How many policies were rehearsed."""
    choice = random.Random(seed)
    town = await found(folder, HISTORIES[seed % len(HISTORIES)], seed)
    said: list[Said] = []
    here, gone = list(NAMES), []

    async def several(count: int) -> None:
        for _ in range(count):
            who = choice.choice(here)
            others = [one for one in NAMES if one in here and one != who]
            wanted = choice.sample(others, min(len(others), choice.choice((0, 0, 1, 2))))
            said.append(await say(town, who, wanted, choice.choice((0, 0, HOUR, 3 * HOUR, 2 * DAY, 5 * DAY))))
        await town.settle()

    for step in range(steps):
        await several(2)
        for name in here:
            if name in NAMES:
                check(town, said, town.homes[name], "seized")
        for name in gone:
            check(town, said, town.homes[name], "removed")
        if choice.random() < 0.5 and len(here) > 3:
            name = choice.choice([one for one in here if one not in ("amal", "badr")])
            await town.call("amal", "members.remove", member=town.homes[name].me)
            await town.settle()
            here.remove(name)
            gone.append(name)
            check(town, said, town.homes[name], "removed")
        link = (await town.call("amal", "invite.new"))["link"]  # made today, used later
        await town.settle()
        for _ in range(choice.choice((0, 1, 2, 4, 7))):
            await town.pass_time(choice.choice((HOUR, DAY, DAY)))
        before, at, name = list(said), town.hours.now(), f"new{step}"
        await let_in(town, name, link=link)
        await town.pass_time(1)
        check(town, before, town.homes[name], "newcomer", at)
    for _ in range(LINGERS // DAY + 5):
        await town.pass_time(DAY)
    for name in NAMES:
        check(town, said, town.homes[name], "removed" if name in gone else "seized")
    await town.close()
    return len(said)


async def test_what_is_rehearsed_is_what_opens(scratch: Path) -> None:
    assert await play(scratch, 2, 1) == 2


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
async def test_so_it_is_for_a_hundred_policies(scratch: Path, seed: int) -> None:
    """Six a seed."""
    assert await play(scratch, seed, 3) == 6


async def test_where_nobody_spoke_for_days_a_newcomer_reads_no_further_back(scratch: Path) -> None:
    """The link is older than the day, so that nothing but the admission itself begins an epoch."""
    town = await found(scratch, "days:1", 3)
    said = [await say(town, "amal", [], 0)]
    link = (await town.call("badr", "invite.new"))["link"]
    await town.settle()
    for _ in range(3):
        await town.pass_time(DAY)
    at = town.hours.now()
    await let_in(town, "emil", link=link)
    await town.pass_time(1)
    assert said[0].id not in opens(town.homes["emil"], traffic(town))
    check(town, said, town.homes["emil"], "newcomer", at)
    await town.close()
