"""The newcomer period on real nodes: it ends by itself, for everybody at once, and nobody ends it sooner
(docs/protocol/2-control.md, 2.7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kits.sim import Town
from tadamun.core.errors import NotAllowed

pytestmark = pytest.mark.anyio
DAY = 86_400


async def town_of(folder: Path, days: int, *stewards: str) -> Town:
    """Amal founds a space with a newcomer period; the others come in as stewards, and are newcomers."""
    town = Town(folder)
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal", newcomer_days=days)
    for name in stewards:
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=50))["link"], name.title())
        await town.settle()
    return town


def electors(town: Town, at: str) -> set[str]:
    here = town.homes[at]
    return {name for name, home in town.homes.items() if home.me in here.place.log.state.electorate}


async def test_the_period_ends_by_itself_for_everybody(tmp_path: Path) -> None:
    town = await town_of(tmp_path, 30, "badr", "celine")
    assert electors(town, "badr") == {"amal"}
    people = {one["name"]: one for one in await town.call("celine", "people.list")}
    assert people["Badr"]["newcomer"]
    assert people["Badr"]["newcomer_until"] == pytest.approx(town.hours.now() + 30 * DAY, abs=300)
    assert not people["Amal"]["newcomer"]
    with pytest.raises(NotAllowed, match="newcomer still"):
        await town.call("badr", "invite.new")
    with pytest.raises(NotAllowed):
        await town.call("badr", "people.vouch", member="Celine")
    height = town.homes["amal"].place.log.height
    await town.pass_time(29 * DAY)
    assert town.homes["amal"].place.log.height == height
    await town.pass_time(DAY)
    for name in town.homes:
        assert electors(town, name) == {"amal", "badr", "celine"}
    assert not any(one["newcomer"] for one in await town.call("celine", "people.list"))
    await town.call("badr", "invite.new")
    await town.call("badr", "people.vouch", member="Celine")
    # And then no checkpoint follows another without end.
    height = town.homes["amal"].place.log.height
    await town.pass_time(30 * DAY)
    assert town.homes["amal"].place.log.height == height
    await town.close()


async def test_an_electors_clock_that_runs_ahead_ends_nothing_alone(tmp_path: Path) -> None:
    town = await town_of(tmp_path, 0, "badr", "celine")
    await town.pass_time(60)
    await town.call("amal", "space.amend", newcomer_days=30)
    await town.settle()
    await town.build("dunya")
    await town.join("dunya", (await town.call("amal", "invite.new", level=50))["link"], "Dunya")
    await town.settle()
    assert electors(town, "dunya") == {"amal", "badr", "celine"}
    height = town.homes["amal"].place.log.height
    badr = town.homes["badr"].up
    ahead = Ahead(town, 40 * DAY)
    badr.clock = badr.desk.clock = badr.quorum.desk.clock = ahead
    for _ in range(5):
        await town.pass_time(2 * 3_600)
    # He asked for it, and nobody else found it due.
    amal = town.homes["amal"]
    asked = [one for one in amal.up.quorum.proposals(amal.place).values() if f'"height":{height + 1},' in one.content]
    assert [len(one.signatures) for one in asked] == [1]
    assert amal.place.log.height == height
    assert "dunya" not in electors(town, "amal")
    await town.close()


class Ahead:
    """A clock (core.ports.Clock) that is wrong."""

    def __init__(self, town: Town, by: int) -> None:
        self.town, self.by = town, by

    def now(self) -> int:
        return self.town.hours.now() + self.by


async def test_the_charter_is_amended_by_whom_it_lets(tmp_path: Path) -> None:
    town = await town_of(tmp_path, 0, "badr", "celine")
    await town.call("amal", "space.amend", newcomer_days=7, write=10)
    await town.settle()
    rules = await town.call("celine", "space.charter")
    assert (rules["newcomer_days"], rules["write"], rules["invite"]) == (7, 10, 50)
    # A steward may not do it alone, and puts it to the others.
    became = await town.call("badr", "space.amend", history="days:3")
    assert not became["done"]
    await town.settle()
    await town.call("amal", "acts.cosign", id=became["proposal"])
    await town.settle()
    assert (await town.call("celine", "space.charter"))["history"] == 3
    await town.close()
