"""Three nodes and a keeper, as people run them: one sleeps through a thousand posts and catches up."""

from __future__ import annotations

from kits.processes import Troupe, until, until_equal

POSTS = 1_000


def test_one_sleeps_while_the_others_say_a_thousand_things(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami, rima = stage.founded([keeper.address], "Nour", "سامي", "Rima")
    nour.call("talk.post", text="صباح الخير يا جماعة")
    until(lambda: "صباح الخير يا جماعة" in rima.texts(), "the greeting")
    until_equal([nour, sami, rima])
    assert rima.stop() < 2.0
    for n in range(POSTS):
        author = (nour, sami)[n % 2]
        author.call("talk.post", text=f"number {n} of a long morning")
    until_equal([nour, sami])
    # Nobody who was there is there any more: the keeper alone holds what she missed.
    nour.stop()
    sami.stop()
    rima.start()
    until(lambda: rima.digest()["spaces"][0]["rows"] >= POSTS, "catching up")
    nour.start()
    sami.start()
    agreed = until_equal([nour, sami, rima])
    assert agreed["spaces"][0]["rows"] >= POSTS
    assert len([text for text in rima.texts() if text.startswith("number ")]) == POSTS
    assert rima.call("talk.read", search="long morning", limit=500)["posts"]
    for node in (nour, sami, rima):
        assert node.call("node.rebuild") == {"events": node.call("node.rebuild")["events"], "same": True}
        assert node.call("node.status")["spaces"][0]["parked"] == 0
