"""Mutual aid between real nodes: asked, claimed, done and written down; what is between two is nowhere else."""

from __future__ import annotations

from kits.opened import held
from kits.processes import Node, Troupe, until, until_equal

MARKER = "PLANTED-zq7-between-the-two"


def state(node: Node, item: str) -> str:
    found = [one for one in node.call("aid.list", state="")["items"] if one["id"] == item]
    return str(found[0]["state"]) if found else ""


def test_from_a_request_to_the_ledger(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami, rima = stage.founded([keeper.address], "Nour", "سامي", "Rima")
    asked = nour.run("aid", "ask", "transport", "To the clinic on Monday", "--place", "Beirut", "--soon", "5d")
    assert asked.code == 0, asked.err
    item = asked.said["id"]
    until(lambda: state(sami, item) == "open", "the request")
    sami.call("aid.means", categories=["transport"], place="بيروت")
    [fits] = sami.call("aid.suggest")["items"]
    assert fits["id"] == item
    until(lambda: state(rima, item) == "open", "the request")
    # Both claim it while they cannot see each other; nobody decides by a clock who was first.
    keeper.stop()
    sami.call("aid.move", item=item, to="claimed")
    rima.call("aid.move", item=item, to="claimed")
    keeper.start()
    until(lambda: nour.call("aid.show", item=item)["taken"] == 2, "both claims")
    nour.call("aid.move", item=item, to="declined", member="Rima")
    nour.call("aid.move", item=item, to="done", member="سامي")
    for node in (sami, rima):
        until(lambda node=node: state(node, item) == "done", "its end")
    # What is given is written down between the two, and confirmed.
    nour.call("aid.give", member="سامي", amount=90, took=True, note=MARKER, item=item)
    entry = until(
        lambda: [one for one in sami.call("aid.ledger_with", member="Nour")["entries"] if one["may"]], "the entry"
    )[0]
    sami.call("aid.answer", entry=entry["id"], to="confirmed")
    until(lambda: nour.call("aid.ledger_with", member="سامي")["minutes"] == -90, "the confirmation")
    assert sami.call("aid.ledger_with", member="Nour")["minutes"] == 90
    rima.call("talk.post", text="and a good evening")
    until(lambda: "and a good evening" in nour.texts(), "the evening")
    assert rima.call("aid.ledger")["members"] == []
    until_equal([nour, sami, rima])
    for node in (nour, sami, rima):
        assert node.call("node.rebuild")["same"]
    for node in (sami, rima):
        node.stop()
    assert held(sami.home, MARKER), "whoever it was for has it"
    assert not held(rima.home, MARKER)
    assert not held(rima.home, entry["id"])
