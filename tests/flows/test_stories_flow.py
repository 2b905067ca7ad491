"""Stories between real nodes: a draft of two, told, translated, made public on purpose at a relay, and taken back."""

from __future__ import annotations

import json
from pathlib import Path

from kits.processes import Troupe, until

MARKER = "PLANTED-story-of-two"


def test_from_a_draft_of_two_to_the_open_network_and_back(stage: Troupe, tmp_path: Path) -> None:
    keeper = stage.keeper()
    nour, sami, rima = stage.founded([keeper.address], "Nour", "سامي", "Rima")
    text = tmp_path / "march.md"
    text.write_text(f"We were *twelve*.\n\n{MARKER}\n")
    draft = nour.run("story", "tell", "The first march", str(text), "--speaks", "en", "--together", "سامي")
    assert draft.code == 0, draft.err
    key = draft.said["id"]
    until(lambda: sami.call("stories.list", drafts=True)["stories"], "the draft")
    sami.call("stories.rewrite", story=key, text="We were thirteen.", version=0)
    until(lambda: nour.call("stories.show", story=key)["version"] == 1, "the change")
    assert rima.call("stories.list", drafts=True)["stories"] == []
    told = nour.run("story", "finish", key[:8]).said["id"]
    until(lambda: rima.call("stories.list")["stories"], "the story")
    rima.call("stories.tell", title="المسيرة الأولى", text="كنا ثلاثة عشر.", language="ar", of=told)
    until(lambda: len(nour.call("stories.show", story=told)["versions"]) == 2, "the translation")
    assert MARKER not in json.dumps(rima.call("stories.show", story=told))

    seen = nour.call("stories.preview", story=told)
    assert seen["findings"] == []
    refused = nour.run("story", "publish", told[:8], "--seen", "9", "--found", "0")
    assert refused.code == 2
    relay = keeper.address
    done = nour.run("story", "publish", told[:8], "--seen", "0", "--found", "0", "--relay", relay, "--tell")
    assert done.code == 0, done.err
    # A keeper takes sealed events alone: it says no, and nothing is tried again behind one's back.
    assert [one["taken"] for one in done.said["answers"]] == [False]
    until(lambda: sami.call("stories.show", story=told)["out"], "that it is public")
    site = tmp_path / "site"
    made = nour.run("story", "site", "Our years", str(site), "--base", "https://stories.example/")
    assert made.code == 0, made.err
    pages = "".join(path.read_text() for path in site.iterdir())
    assert "We were thirteen." in pages
    for secret in (told, key, MARKER, *(node.call("space.list")[0]["me"] for node in (nour, sami))):
        assert secret not in pages
    nour.call("stories.take_back", story=told)
    until(lambda: sami.call("stories.show", story=told)["out"]["withdrawn"], "that it was taken back")
    for node in (nour, sami, rima):
        assert node.call("node.rebuild")["same"]
