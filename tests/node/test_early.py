"""What comes before a newcomer knows the control log is bounded, and nothing is lost by that."""

from __future__ import annotations

import pytest
from forger import Forger
from witness import rows, same_rows, same_state

from kits.sim import Town
from tadamun.core.errors import Reason
from tadamun.core.event import Draft
from tadamun.core.frame import tags
from tadamun.node import early, welcome
from tadamun.node.place import Arrived
from tadamun.store import meta

pytestmark = pytest.mark.anyio


async def crowded(town: Town, monkeypatch: pytest.MonkeyPatch, most: int, size: int) -> None:
    """Amal's and Celine's posts lie before the control log that a newcomer needs, in the same mailbox."""
    monkeypatch.setattr(welcome, "INSIDE", 0)
    monkeypatch.setattr(early, "MOST", most)
    monkeypatch.setattr(early, "BYTES", size)
    for name in ("amal", "celine"):
        for number in range(60):
            await town.call(name, "talk.post", text=f"{name} {number} " + "long " * 40)
    await town.settle()


@pytest.mark.parametrize(("most", "size"), [(20, 2**30), (10_000, 8_000), (1, 1)])
async def test_a_flood_before_the_anchor_costs_little_and_keeps_nobody_out(
    three: Town, monkeypatch: pytest.MonkeyPatch, most: int, size: int
) -> None:
    await crowded(three, monkeypatch, most, size)
    peak = 0
    hold = early._make_room

    def watched(place: object) -> int:
        nonlocal peak
        gone = hold(place)  # type: ignore[arg-type]  # the same, watched
        peak = max(peak, len(place.early))  # type: ignore[attr-defined]  # a place
        return gone

    monkeypatch.setattr(early, "_make_room", watched)
    await three.build("dunya")
    await three.join("dunya", (await three.call("amal", "invite.new"))["link"], "Dunya")
    await three.settle()
    dunya = three.homes["dunya"]
    assert dunya.place.status == "member"
    assert dunya.place.early == []
    assert peak <= max(most, 60)
    assert meta.counters(dunya.up.vault.read)[Reason.PARKED_OVERFLOW] > 0
    await three.call("dunya", "talk.post", text="here")
    await three.settle()
    amal = three.homes["amal"]
    same_state(amal, dunya)
    same_rows(rows(amal.up), rows(dunya.up), "dunya's")


async def test_the_oldest_give_way_and_the_anchor_does_not(three: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "MOST", 10)
    place = three.homes["celine"].place
    forger = Forger(three.homes["celine"])
    said = [Arrived(forger.signer.sign(_draft(forger, number))) for number in range(30)]
    place.anchor = said[0].genuine.event.id
    assert early.hold(place, said[:5]) == (0, True)
    assert early.hold(place, said[:5]) == (0, False)  # the same again is held once
    assert early.hold(place, said[5:]) == (20, False)
    assert [one.genuine.event.id for one in place.early] == [one.genuine.event.id for one in (said[0], *said[21:])]
    place.early = []


def _draft(forger: Forger, number: int) -> Draft:
    return Draft(11, f"{number}", tags(forger.frame()), 1)
