"""Two `tadamun up` whose only meeting point is another project's relay: founding, joining, talking, catching up."""

from __future__ import annotations

import pytest

from kits.foreign_relay import ForeignRelay
from kits.processes import Troupe, until, until_equal

pytestmark = pytest.mark.foreign

POSTS = 600  # more than one answer of that relay holds


def test_a_space_lives_on_a_relay_of_another_project(stage: Troupe) -> None:
    relay = ForeignRelay(stage.folder / "relay")
    stage.children.append(relay)
    relay.start()
    nour, sami = stage.founded([relay.address], "Nour", "سامي")
    nour.call("talk.post", text="by somebody else's relay")
    sami.call("talk.post", text="نعم، وهو لا يقرأ شيئًا")
    nour.call("talk.post", text="to you alone", to="سامي")
    until_equal([nour, sami])
    until(lambda: sami.texts(private=True) == ["to you alone"], "the message")
    # One sleeps, the other writes much; then the writer is gone and only the relay has it.
    sami.stop()
    for n in range(POSTS):
        nour.call("talk.post", text=f"post {n}")
    until(lambda: nour.call("node.status")["spaces"][0]["waiting"] == 0, "the relay has everything")
    hers = nour.digest()
    nour.stop()
    sami.start()
    until(lambda: sami.digest()["spaces"] == hers["spaces"], "everything, from the relay alone")
    # The relay dies while both write, and comes back.
    nour.start()
    relay.kill()
    nour.call("talk.post", text="while it was dead")
    sami.call("talk.post", text="وأنا أيضًا")
    relay.start()
    until_equal([nour, sami])
    assert {"while it was dead", "وأنا أيضًا"} <= set(sami.texts())
    # A removal holds there, too: the relay goes on serving whoever asks, and it does not help him.
    assert nour.run("remove", "سامي", "--yes").said["done"] is True
    until(lambda: sami.call("space.list")[0]["status"] == "out", "he knows")
    nour.call("talk.post", text="after he is gone")
    until(lambda: nour.call("node.status")["spaces"][0]["waiting"] == 0, "the relay has it")
    assert "after he is gone" not in sami.texts()
