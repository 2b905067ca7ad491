"""Who was let in while others acted elsewhere hears of it, and is given history when a checkpoint covers them, not
before (docs/protocol/3-seal.md, 3.4 and 3.6)."""

from __future__ import annotations

import pytest
from witness import agree, shown

from kits.sim import Town
from tadamun.core.control.bodies import ADMIT, INVITE
from tadamun.node.place import Arrived

pytestmark = pytest.mark.anyio


async def let_in(town: Town, name: str, by: str, horizon: float = 1.0, parts: tuple[list[str], ...] = ()) -> None:
    """parts: who reaches whom from then on, if not all each other."""
    await town.build(name)
    if parts:
        town.medium.split(*parts)
    await town.join(name, (await town.call(by, "invite.new", level=10))["link"], name.title())
    await town.settle(horizon)
    assert town.homes[name].place.status == "member"


async def test_a_newcomer_is_told_what_went_on_under_an_epoch_deeper_than_theirs(three: Town) -> None:
    amal, badr = three.homes["amal"], three.homes["badr"]
    three.medium.split(["amal"], ["badr", "celine"])
    await three.call("amal", "members.remove", member=three.homes["celine"].me)
    for _ in range(3):
        badr.up.desk.rotate(badr.place)
    await three.settle(1.0)
    # By way of Celine's node Amal hears of Badr's epochs, and Badr nothing of the removal.
    three.medium.heal()
    three.medium.split(["amal", "celine"], ["badr"])
    await three.settle(1.0)
    best = amal.place.best_epoch()
    assert best is not None
    deepest = max(amal.place.made, key=amal.place.depth)
    assert amal.place.depth(best.id) < amal.place.depth(deepest)  # theirs are no longer clean
    await let_in(three, "dina", by="amal", parts=(["amal", "celine", "dina"], ["badr"]))
    await three.call("badr", "invite.new", level=10)  # where Dina cannot read
    await three.settle(1.0)
    three.medium.heal()
    await three.settle()
    assert three.homes["dina"].place.log.heads == amal.place.log.heads == badr.place.log.heads
    assert await agree(three) == ["amal", "badr", "dina"]


async def test_a_new_epoch_reaches_who_reads_another_than_most(three: Town) -> None:
    """Two were let in at once in two places, each into an epoch of that place; then somebody begins the next."""
    three.medium.split(["amal"], ["badr"], ["celine"])
    for by, name in (("amal", "dina"), ("badr", "esma")):
        three.homes[by].up.desk.rotate(three.homes[by].place)
        apart = [[one, {"amal": "dina", "badr": "esma"}[one]] for one in ("amal", "badr")]
        await let_in(three, name, by=by, horizon=0.5, parts=(*apart, ["celine"]))
    three.medium.heal()
    celine = three.homes["celine"]
    await three.settle(0.5)
    assert len(celine.place.log.state.members) == 5
    celine.up.desk.rotate(celine.place)  # before anybody handed on what the two lack
    await three.settle()
    assert await agree(three) == ["amal", "badr", "celine", "dina", "esma"]


async def test_a_new_epoch_reaches_who_was_heard_of_before_what_they_read(three: Town) -> None:
    """Celine knows that Dina was let in, not yet under which epoch, and begins one."""
    badr, celine = three.homes["badr"], three.homes["celine"]
    best = badr.place.best_epoch()
    assert best is not None
    badr.place.linked.add((best.id, "00" * 32))  # so that Dina is let in to an epoch of her own
    three.medium.split(["amal"], ["badr"], ["celine"])
    await let_in(three, "dina", by="badr", parts=(["amal"], ["badr", "dina"], ["celine"]))
    heard = [one for one in badr.place.log.events() if one.event.kind in (INVITE, ADMIT)]
    with celine.up.vault.write() as tx:
        celine.up.ledger.take(tx, celine.place, [Arrived(one) for one in heard])
    assert three.homes["dina"].me in celine.place.log.state.members
    celine.up.desk.rotate(celine.place)
    three.medium.heal()
    await three.settle()
    assert await agree(three) == ["amal", "badr", "celine", "dina"]


async def test_history_comes_though_somebody_left_before_the_checkpoint(town: Town) -> None:
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    await let_in(town, "celine", by="amal", horizon=float("inf"))
    await town.call("amal", "talk.post", text="before")
    town.homes["amal"].up.desk.rotate(town.homes["amal"].place)
    await town.settle()
    town.medium.cut("amal", "celine")
    await town.call("celine", "members.leave")
    await let_in(town, "dina", by="amal")  # under an epoch that Celine has too
    assert shown(town.homes["dina"]) == []
    town.medium.heal()
    await town.settle()
    amal = town.homes["amal"]
    assert amal.place.log.heads == (amal.place.log.checkpoint,)  # the epoch without Celine is not beside it
    assert shown(town.homes["dina"]) == ["before"]


async def test_history_comes_though_a_void_admission_left_no_epoch_clean(town: Town) -> None:
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    await town.settle()
    for name in ("badr", "celine"):
        await let_in(town, name, by="amal", horizon=float("inf"))
    await town.call("amal", "members.level", member=town.homes["badr"].me, level=50)
    await town.settle(1.0)  # before a checkpoint made him an elector
    town.medium.split(["amal", "celine"], ["badr"])
    await town.call("amal", "members.level", member=town.homes["badr"].me, level=10)
    await town.call("amal", "talk.post", text="before")
    town.homes["amal"].up.desk.rotate(town.homes["amal"].place)
    await let_in(town, "dina", by="badr", parts=(["amal", "celine"], ["badr", "dina"]))
    await let_in(town, "esma", by="amal", parts=(["amal", "celine", "esma"], ["badr", "dina"]))
    await town.settle()
    amal = town.homes["amal"]
    assert amal.place.best_epoch() is not None
    town.medium.heal()
    await town.settle()
    dina = town.homes["dina"]
    assert dina.me not in amal.place.log.state.members
    assert amal.place.best_epoch() is not None, "nobody has to speak first"
    assert shown(town.homes["esma"]) == ["before"]


async def test_no_history_for_somebody_let_in_while_it_was_due(three: Town) -> None:
    amal, badr = three.homes["amal"], three.homes["badr"]
    assert amal.place.log.height == 2
    writer, other = ("badr", "amal") if "badr" in _wrote(three) else ("amal", "badr")
    await three.off(writer)
    there = three.homes[other]
    there.up.desk.rotate(there.place)  # history is to lead back from here, and who wrote the checkpoint is away
    await three.settle(10.0)
    await let_in(three, "dina", by=other)
    await three.settle()
    assert shown(three.homes["dina"]) == [], "no checkpoint covers her"
    await three.on(badr if writer == "badr" else amal)
    await three.settle()
    assert shown(three.homes["dina"]) == ["before"]


def _wrote(three: Town) -> set[str]:
    log = three.homes["celine"].place.log
    found = log.genuine(log.checkpoint)
    assert found is not None
    return {name for name, home in three.homes.items() if home.place.device.public == found.event.pubkey}
