"""Expiring posts in spaces of more devices than fit in one event of boxes: one secret for all, put together from parts
(docs/protocol/3-seal.md, 3.7)."""

from __future__ import annotations

import pytest
from forger import Forger
from witness import goes_on

from kits.sim import Home, Town
from tadamun.core import upkeep
from tadamun.core.body import spell
from tadamun.node import letters

pytestmark = pytest.mark.anyio
DAY = 86_400


@pytest.fixture(autouse=True)
def small_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """One box an event, as if there were 200 times as many devices."""
    monkeypatch.setattr(letters, "MAX_LOCKBOXES", 1)


def buckets(home: Home) -> set[str]:
    return {box.id for box in home.place.mailboxes() if box.use == "bucket"}


async def test_all_use_the_bucket_that_one_has_made(three: Town) -> None:
    await three.call("amal", "talk.post", text="the first", expires=DAY)
    await three.settle()
    (made,) = buckets(three.homes["amal"])
    for name in ("badr", "celine", "amal"):
        await three.call(name, "talk.post", text=f"by {name}", expires=DAY)
        await three.settle()
        await three.restart(name)
        await three.settle()
        await three.call(name, "talk.post", text=f"again by {name}", expires=DAY)
        await three.settle()
    for home in three.homes.values():
        assert buckets(home) == {made}, home.name
        assert home.place.boxes[made].readers == set(home.place.log.state.live_devices())
    for name in three.homes:
        assert "again by badr" in repr(await three.call(name, "talk.threads"))
    await three.call("amal", "members.remove", member=three.homes["celine"].me)
    await three.settle()
    await three.call("badr", "talk.post", text="without her", expires=DAY)
    await three.settle()
    assert len(buckets(three.homes["badr"])) == 2
    assert "without her" not in repr(await three.call("celine", "talk.threads"))
    await three.pass_time(2 * DAY)
    assert all(buckets(three.homes[name]) == set() for name in ("amal", "badr"))
    assert not three.homes["badr"].place.makers


async def test_nobody_else_says_who_has_a_bucket(three: Town) -> None:
    """Celine would make Badr believe that more, or just the right ones, have what Amal made."""
    await three.call("amal", "talk.post", text="the first", expires=DAY)
    await three.settle()
    badr, celine = three.homes["badr"], three.homes["celine"]
    (made,) = buckets(badr)
    box = badr.place.boxes[made]
    body = upkeep.Bucket(bucket=made, scope=box.keys.scope, expires=box.expires_at, boxes=(("ab" * 32, "A" * 107),))
    forger = Forger(celine)
    await forger.send(forger.event(spell(body), kind=upkeep.BUCKET))
    await three.settle()
    assert badr.place.boxes[made].readers == box.readers
    await three.call("badr", "talk.post", text="still one", expires=DAY)
    await three.settle()
    assert buckets(badr) == {made}
    # Amal's own word for somebody unknown makes it unfit: another one is made.
    maker = Forger(three.homes["amal"])
    await maker.send(maker.event(spell(body), kind=upkeep.BUCKET))
    await three.settle()
    await three.call("badr", "talk.post", text="another", expires=DAY)
    await three.settle()
    assert len(buckets(badr)) == 2
    await goes_on(three)


async def test_a_flood_of_parts_is_held_within_bounds(three: Town) -> None:
    celine, badr = Forger(three.homes["celine"]), three.homes["badr"]
    end = (three.hours.now() // DAY + 2) * DAY
    for number in range(300):
        body = upkeep.Bucket(
            bucket=f"{number:064x}", scope="cd" * 32, expires=end, boxes=((f"{number:064x}", "A" * 107),)
        )
        await celine.send(celine.event(spell(body), kind=upkeep.BUCKET))
    for number in range(300):  # and one that grows
        body = upkeep.Bucket(bucket="ef" * 32, scope="cd" * 32, expires=end, boxes=((f"{number:064x}", "A" * 107),))
        await celine.send(celine.event(spell(body), kind=upkeep.BUCKET))
    await three.settle()
    assert len(badr.place.parts) <= 256
    assert max(map(len, badr.place.parts.values())) <= 200 + len(badr.place.log.state.devices)
    await goes_on(three)
