"""Asked without a name among real nodes: the others see the need; no vault but the asker's tells whose it is."""

from __future__ import annotations

from typing import Any

import pytest

from kits.opened import held, together
from kits.processes import Node, Troupe, until

NEED = "PLANTED-kq4-a-bed-for-two-nights"
ANSWER = "PLANTED-kq4-there-is-a-sofa"


def offered(node: Node) -> bool:
    told = node.call("aid.blind")
    return bool(told["offered"] and told["ring"] == 3)


def talk(node: Node, opening: str) -> dict[str, Any] | None:
    found = node.call("aid.blind_talk", opening=opening)["talks"]
    return dict(found[0]) if found else None


@pytest.mark.long  # ring keys are published at a tick of the node, some twenty seconds after the third came
def test_a_request_without_a_name(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami, rima = stage.founded([keeper.address], "Nour", "سامي", "Rima")
    for node in (nour, sami, rima):
        until(lambda node=node: offered(node), "ring keys")
    me = sami.call("space.list")[0]["me"]
    device = next(one["device"] for one in sami.call("devices.list") if one["member"] == me)
    item = sami.call(
        "aid.post", direction="request", category="housing", title="A bed", text=NEED, blind=True, within=0
    )
    key = item["id"]
    seen = until(lambda: [one for one in nour.call("aid.list")["items"] if one["id"] == key], "the request")[0]
    assert (seen["text"], seen["blind"], seen["ring"], seen["name"], seen["mine"]) == (NEED, True, 3, "", False)
    until(lambda: [one for one in rima.call("aid.list")["items"] if one["id"] == key], "the request")
    help_ = nour.call("aid.blind_help", item=key, text=ANSWER, within=0)["id"]
    until(lambda: talk(sami, key), "the answer")
    sami.call("aid.blind_say", help=help_, text="Thank you", agree=True, within=0)
    until(lambda: (talk(nour, help_) or {}).get("they_agree"), "that she agrees")
    until(lambda: rima.call("aid.list", state="")["items"], "all that is open")
    # Before both have agreed: no vault but those of the two has a word of what they said, and none a link to who asked.
    rima.stop()
    assert held(rima.home, NEED)
    assert not held(rima.home, ANSWER)
    assert not held(rima.home, "Thank you")
    owner = seen["owner"]
    assert me not in owner
    nour.stop()
    for other in (nour, rima):
        assert held(other.home, device)
        assert held(other.home, key)
        assert not together(other.home, [owner, key], [me, device, "سامي"])
    nour.start()
    # When it is taken back, its keys are gone from where they were.
    sami.call("aid.blind_end", opening=key)
    until(lambda: nour.call("aid.show", item=key)["withdrawn"], "that it is withdrawn")
    sami.stop()
    for planted in (ANSWER, "Thank you"):
        assert not held(sami.home, planted), planted
    assert not {"aid_veils", "aid_sent"} & {name for planted in (key, owner) for name in held(sami.home, planted)}
