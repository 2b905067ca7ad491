"""What the first page is told in one call, and what of it a restart must not lose."""

from __future__ import annotations

from typing import Any

import pytest

from kits.sim import Town
from tadamun.carry.status import PeerStatus, State
from tadamun.node import whereabouts

pytestmark = pytest.mark.anyio


async def of(town: Town, who: str) -> dict[str, Any]:
    (space,) = await town.call(who, "space.overview")
    found: dict[str, Any] = space
    return found


async def test_a_space_at_a_glance(three: Town) -> None:
    here = await of(three, "celine")
    assert (here["name"], here["status"], here["called"]) == ("Circle", "member", "Celine")
    assert (here["level"], here["members"]) == (10, 3)
    talk = here["rooms"]["talk"]
    assert (talk["unread"], talk["unread_private"]) == (1, 0)
    assert (talk["newest"]["line"], talk["newest"]["name"], talk["newest"]["folded"]) == ("before", "Amal", False)
    assert here["connected"] == {"members": 0, "names": [], "known": [], "meeting_points": 0}
    assert await three.call("celine", "space.here") == here["connected"]


async def test_nothing_folded_private_or_retracted_shows(three: Town) -> None:
    folded = await three.call("amal", "talk.post", text="the text", title="the title", warning="grief " + "x" * 190)
    three.hours.at += 1
    gone = await three.call("amal", "talk.post", text="gone")
    await three.call("amal", "talk.retract", post=gone["id"])
    await three.call("amal", "talk.post", text="secret", to="Celine")
    await three.settle()
    talk = (await of(three, "celine"))["rooms"]["talk"]
    newest = talk["newest"]
    assert (newest["id"], newest["folded"], len(newest["line"])) == (folded["id"], True, 160)
    assert (talk["unread"], talk["unread_private"]) == (2, 1)
    assert "the t" not in repr(talk)


async def test_what_was_read_and_begun_survives_a_restart_and_a_rebuild(three: Town) -> None:
    await three.call("celine", "talk.draft", place="new", text="half a sent")
    await three.call("celine", "talk.mark_read")
    for _ in range(2):
        assert (await of(three, "celine"))["rooms"]["talk"]["unread"] == 0
        assert (await three.call("celine", "talk.drafts"))["drafts"][0]["text"] == "half a sent"
        await three.call("celine", "node.rebuild")
        await three.restart("celine")


async def test_whom_one_talks_with_is_told_apart(three: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    home = three.homes["celine"]
    amal, badr = three.homes["amal"], three.homes["badr"]
    with home.up.vault.write() as tx:
        for number, one in enumerate((amal, badr)):
            address = [f"ws://192.0.2.{number}:1", f"ws://198.51.100.{number}:1"]
            whereabouts.note(tx, home.place, one.place.device.public, 9_000, address)
    states = {
        "ws://192.0.2.0:1": State.LIVE,
        "ws://198.51.100.0:1": State.LIVE,
        "ws://192.0.2.1:1": State.WAITING,
        "wss://keeper.example": State.LIVE,
        "wss://other.example": State.CONNECTING,
    }
    peers = [PeerStatus(home.place.space, at, state, 0, 0, 0, "", 0, 0, 0) for at, state in states.items()]
    monkeypatch.setattr(home.up.peers, "status", lambda: peers)
    told = {"members": 1, "names": ["Amal"], "known": [amal.place.me], "meeting_points": 1}
    assert (await of(three, "celine"))["connected"] == told


async def test_somebody_not_let_in_yet_is_told_so(town: Town) -> None:
    await town.build("amal")
    assert await town.call("amal", "space.overview") == []
    await town.call("amal", "space.new", name="Circle", called="Amal")
    link = (await town.call("amal", "invite.new"))["link"]
    await town.off("amal")
    await town.build("badr")
    await town.join("badr", link, "Badr")
    here = await of(town, "badr")
    assert (here["status"], here["members"], here["level"], here["rooms"]) == ("joining", 0, None, {})
