"""Removals as they go in life: by one, by several who co-sign, of the founder, by somebody who was offline."""

from __future__ import annotations

import pytest

from kits.processes import Keeper, Node, Troupe, until, until_equal
from tadamun.core.errors import NotAllowed


def names(node: Node) -> list[str]:
    return sorted(one["name"] for one in node.call("people.list"))


def four(stage: Troupe) -> tuple[Keeper, list[Node]]:
    """A founder, two more stewards whom a checkpoint confirmed, and a member."""
    keeper = stage.keeper()
    nour, sami, rima = stage.founded([keeper.address], "Nour", "Sami", "Rima", level=50)
    adel = stage.node("Adel", [keeper.address])
    adel.call("join", link=nour.call("invite.new")["link"], called="Adel", timeout=60)
    everybody = [nour, sami, rima, adel]
    for node in everybody:
        until(lambda node=node: names(node) == ["Adel", "Nour", "Rima", "Sami"], "four members")
    for node in everybody[:3]:
        until(lambda node=node: node.call("node.status")["spaces"][0]["electors"] == 3, "three electors")
    until_equal(everybody)
    return keeper, everybody


def out(node: Node) -> None:
    """It knows, it cannot write, and it reads nothing more."""
    until(lambda: node.call("space.list")[0]["status"] == "out", "it knows")
    with pytest.raises(NotAllowed, match="no longer a member"):
        node.call("talk.post", text="I am still here")


def test_by_one_and_by_several(stage: Troupe) -> None:
    _, (nour, sami, rima, adel) = four(stage)
    adel.call("talk.post", text="from Adel, while he belongs")
    until_equal([nour, sami, rima, adel])
    # A steward may not remove another, nor the founder; it is put to the others instead.
    proposed = sami.run("remove", "Nour", "--reason", "we agreed", "--yes")
    assert proposed.code == 0
    assert proposed.said["done"] is False
    act = proposed.said["proposal"]
    [waiting] = until(lambda: rima.run("acts", "list").said, "the proposal")
    assert (waiting["id"], waiting["what"], waiting["by"], waiting["signed"], waiting["needed"]) == (
        act, "remove Nour", "Sami", 1, 2,
    )  # fmt: skip
    assert nour.call("space.list")[0]["status"] == "member"
    # A member who is no elector has no voice in it.
    until(lambda: adel.call("acts.list"), "the proposal has come to everybody")
    assert adel.run("acts", "cosign", act[:8]).code == 3
    # The second of two voices carries it out: the founder is out.
    assert rima.run("acts", "cosign", act[:8]).said["done"] is True
    out(nour)
    until_equal([sami, rima, adel])
    assert names(sami) == ["Adel", "Rima", "Sami"]
    rima.call("talk.post", text="without the founder")
    until_equal([sami, rima, adel])
    assert "without the founder" in adel.texts()
    assert "without the founder" not in nour.texts()
    # One alone suffices for somebody of a lower level; what he said before stays.
    assert sami.run("remove", "Adel", "--yes").said["done"] is True
    out(adel)
    until_equal([sami, rima])
    assert "from Adel, while he belongs" in rima.texts()


def test_roles(stage: Troupe) -> None:
    _, (nour, sami, rima, adel) = four(stage)
    assert adel.run("remove", "Sami", "--yes").code == 3
    assert adel.run("invite").code == 3
    assert sami.run("role", "Adel", "moderator").said["done"] is True
    until(lambda: next(one for one in adel.call("people.list") if one["me"])["level"] == 20, "he is moderator")
    post = rima.call("talk.post", text="something unkind")["id"]
    until(lambda: "something unkind" in adel.texts(), "he reads it")
    adel.call("talk.retract", post=post, reason="unkind")
    until_equal([nour, sami, rima, adel])
    assert "something unkind" not in nour.texts()
    # The founder lowers a steward: he may not invite any more.
    assert nour.run("role", "Sami", "member").said["done"] is True
    until(lambda: next(one for one in sami.call("people.list") if one["me"])["level"] == 10, "he is no steward")
    assert sami.run("invite").code == 3
    until_equal([nour, sami, rima, adel])


def test_removed_while_writing_offline(stage: Troupe) -> None:
    _, (nour, sami, rima, adel) = four(stage)
    adel.call("talk.post", text="before")
    until_equal([nour, sami, rima, adel])
    # He writes with nobody in reach while she, with nobody in reach, removes him; others write too.
    for node in (adel, nour, rima):
        node.stop()
    assert adel.run("post", "while he is removed").code == 0
    assert nour.run("remove", "Adel", "--yes").code == 0
    assert rima.run("post", "not knowing yet").code == 0
    adel.start()
    until(lambda: "while he is removed" in sami.texts(), "it comes to those who do not know yet")
    rima.start()
    nour.start()
    out(adel)
    until_equal([nour, sami, rima])
    for node in (nour, sami, rima):
        texts = node.texts()
        assert "before" in texts
        assert "not knowing yet" in texts
        assert "while he is removed" not in texts
        assert node.call("node.rebuild")["same"]
    sami.call("talk.post", text="after")
    until_equal([nour, sami, rima])
    assert "after" not in adel.texts()


def test_leaving_and_coming_back(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami = stage.founded([keeper.address], "Nour", "Sami")
    until_equal([nour, sami])
    assert sami.run("leave", "--yes").code == 0
    until(lambda: names(nour) == ["Nour"], "he is gone")
    nour.call("talk.post", text="alone again")
    out(sami)
    back = sami.run("join", nour.call("invite.new")["link"], "--as", "Sami")
    assert back.code == 0, back.err
    until(lambda: names(nour) == ["Nour", "Sami"], "he is back, as who he was")
    until_equal([nour, sami])
    sami.call("talk.post", text="here again")
    until(lambda: "here again" in nour.texts(), "he is read again")
