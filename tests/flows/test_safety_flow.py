"""A case between real nodes, across a partition: reported, heard, decided, appealed; who reported is nowhere it should
not be."""

from __future__ import annotations

from typing import Any

from kits.opened import held
from kits.processes import Node, Troupe, until, until_equal

POST = "PLANTED-zq8-what-was-said"
WHY = "PLANTED-zq9-why-it-was-reported"


def case_of(node: Node, case: str) -> dict[str, Any]:
    found = [one for one in node.call("safety.cases")["cases"] if one["case"] == case]
    return found[0] if found else {"stage": "", "may": []}


def test_from_a_report_to_an_appeal(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami, rima, layan = stage.founded([keeper.address], "Nour", "سامي", "Rima", "Layan")
    nour.call("members.level", member="Layan", level=50)
    post = sami.call("talk.post", text=POST)["id"]
    until(lambda: POST in rima.texts(), "the post")
    until(lambda: rima.call("people.show", member="Layan")["level"] == 50, "who moderates")
    made = rima.run("safety", "report", post, "--why", WHY)
    assert made.code == 0, made.err
    case = made.said["case"]
    assert {one["name"] for one in made.said["readers"]} == {"Nour", "Layan"}
    until(lambda: "ask" in case_of(nour, case)["may"], "the report")
    assert nour.run("safety", "decide", case, "hidden", "--words", "no").code == 2, "not unheard"
    nour.call("safety.ask", case=case, words="How was that meant?")
    until(lambda: "answer" in case_of(sami, case)["may"], "the question")
    # He answers while nobody can be reached; it goes out when they can.
    keeper.stop()
    sami.call("safety.answer", case=case, words="Badly. I am sorry.")
    keeper.start()
    until(lambda: case_of(nour, case)["stage"] == "heard", "the answer")
    assert nour.call("safety.decide", case=case, decision="hidden", words="It hurts people.")["hidden"]
    until(lambda: case_of(sami, case)["stage"] == "decided", "the decision")
    until(lambda: case_of(rima, case)["stage"] == "decided", "what became of her report")
    until(lambda: not any(POST in text for text in rima.texts()), "the post is taken down")
    sami.call("safety.appeal", case=case, to="stewards", words="I had taken it back myself.")
    until(lambda: "judge" in case_of(layan, case)["may"], "the appeal")
    layan.call("safety.judge", case=case, vote="uphold")
    until(lambda: case_of(sami, case)["appeal"]["outcome"] == "uphold", "the judgement")
    assert case_of(sami, case)["by"] == ""
    assert case_of(nour, case)["by"] == "Rima"
    until_equal([nour, sami, rima, layan])
    for node in (nour, sami, rima, layan):
        assert node.call("node.rebuild")["same"]
        node.stop()
    assert held(nour.home, WHY), "whoever it was for has it"
    assert not held(sami.home, WHY), "whoever it is about has nothing of the report"
