"""Gatherings between real nodes: called, answered, sealed, opened, cancelled across a partition, and coming back."""

from __future__ import annotations

import time

from kits.opened import held
from kits.processes import Node, Troupe, until
from tadamun.rooms.gatherings import times

DAY = 86_400
SHUT = "PLANTED-zq7-never-opened"
OPEN = "PLANTED-zq8-behind-the-lighthouse"
CARD = "PLANTED-zq9-whom-to-call"


def wall(at: float) -> str:
    return times.on_the_wall(int(at), "Asia/Beirut")


def shown(node: Node, gathering: str) -> str:
    return str(node.call("gathering.point", gathering=gathering)["place"])


def called(node: Node, title: str, days: int) -> str:
    made = node.run("gathering", "new", title, "--start", wall(time.time() + days * DAY), "--zone", "Asia/Beirut",
                    "--topic", "march", "--capacity", "20")  # fmt: skip
    assert made.code == 0, made.err
    return str(made.said["id"])


def test_from_a_call_to_coming_back(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami, rima, adel = everybody = stage.founded([keeper.address], "Nour", "سامي", "Rima", "Adel")
    march, picnic = called(nour, "مسيرة", 1), called(nour, "Picnic", 3)
    for node in everybody[1:]:
        until(lambda node=node: len(node.call("gathering.list")["gatherings"]) == 2, "both are known")
    # Who comes: one in the open, one known to the host alone.
    assert adel.run("gathering", "come", march[:8]).code == 0
    assert sami.run("gathering", "come", march[:8], "--privately", "--note", "with tea").code == 0
    until(lambda: len(nour.call("gathering.people", gathering=march)["going"]) == 2, "both answers")
    until(lambda: len(rima.call("gathering.people", gathering=march)["going"]) == 1, "the open answer")
    assert nour.call("gathering.brief", gathering=march, role="medic", members=["Rima", "سامي"], text="Blue vests")
    until(lambda: rima.call("gathering.briefings", gathering=march), "the briefing")
    assert adel.call("gathering.briefings", gathering=march) == []
    # One meeting point opens now, one would open tomorrow.
    nour.call("gathering.seal", gathering=march, place=OPEN, marshals=["سامي", "Rima"], opens=wall(time.time()))
    nour.call("gathering.seal", gathering=picnic, place=SHUT, marshals=["سامي", "Rima"])
    until(lambda: shown(adel, march) == OPEN, "the marshals' nodes have opened it")
    for node in (sami, rima):
        until(lambda node=node: node.call("gathering.point", gathering=picnic)["mine"], "the shares to keep")
    # Cancelled while some hear nothing: they do when they are back, and nothing opens.
    keeper.stop()
    assert nour.run("gathering", "cancel", picnic[:8], "--reason", "storm").code == 0
    assert adel.call("gathering.show", gathering=picnic)["cancelled"] == ""
    keeper.start()
    for node in everybody[1:]:
        until(lambda node=node: node.call("gathering.show", gathering=picnic)["cancelled"], "the cancellation")
        assert shown(node, picnic) == ""
    # Somebody goes out, and is forced to say that she is back.
    out = {
        "back_by": wall(time.time() + 3_600), "zone": "Asia/Beirut", "buddies": ["سامي"], "legal": "Rima", "card": CARD,
        "code": "4711", "forced": "1147",
    }  # fmt: skip

    until(lambda: len(adel.call("gathering.watches")["ready"]) == 3, "their devices have told where to send it")
    adel.call("gathering.out", **out)
    for node in (sami, rima):
        until(lambda node=node: node.call("gathering.watches")["others"], "they know")
    back = adel.run("gathering", "back", given="1147\n")
    assert back.code == 0, back.err
    for node in (sami, rima):
        until(lambda node=node: node.call("gathering.watches")["others"][0]["card"] == CARD, "the silent alarm")
    assert adel.call("gathering.watches")["mine"][0]["level"] == "back"
    for node in everybody:
        assert node.call("node.rebuild")["same"]
        node.stop()
    assert held(nour.home, SHUT), "whoever sealed it has it"
    for node in (sami, rima, adel):
        assert not held(node.home, SHUT)
        assert not held(node.home, OPEN), "it is put together when somebody looks, and kept nowhere"
        assert not held(node.home, CARD)
    assert not held(adel.home, "with tea")
