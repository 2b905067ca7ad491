"""One vault, one writer: nodes and commands take turns, end cleanly, and say plainly what is the matter."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kits.processes import Node, Troupe, run, until, until_equal

QUICK = 2.0  # seconds in which a node is to be gone
BACKLOG = 3_000


def test_a_second_node_on_the_vault_is_refused(stage: Troupe) -> None:
    nour = stage.node("Nour")
    second = nour.run("up", "--no-lan")
    assert second.code == 5
    assert "runs on the vault" in second.said["error"]["text"]
    # The first is none the worse for it.
    nour.call("space.new", name="Circle", called="Nour")
    nour.stop()
    assert not list(nour.home.glob("*.sock*"))


def test_commands_go_through_the_running_node(stage: Troupe) -> None:
    nour = stage.node("Nour")
    # No passphrase is given: only the node can have done it.
    founded = run(nour.home, "space", "new", "Circle", "--as", "Nour")
    assert founded.code == 0, founded
    assert run(nour.home, "post", "by the socket").code == 0
    assert nour.texts() == ["by the socket"]
    nour.stop()
    refused = run(nour.home, "post", "without a passphrase")
    assert refused.code == 2
    assert nour.run("read").said["posts"][0]["text"] == "by the socket"


def test_commands_without_a_node_wait_for_their_turn(stage: Troupe) -> None:
    nour = stage.node("Nour", start=False)
    assert nour.run("space", "new", "Circle", "--as", "Nour").code == 0
    with ThreadPoolExecutor(3) as several:
        done = list(several.map(lambda n: nour.run("post", f"post {n}"), range(3)))
    assert [one.code for one in done] == [0, 0, 0], done
    assert {post["text"] for post in nour.run("read").said["posts"]} == {"post 0", "post 1", "post 2"}


def test_a_wrong_passphrase_is_told(stage: Troupe) -> None:
    nour = stage.node("Nour", start=False)
    wrong = nour.folder / "wrong"
    wrong.write_text("correct horse battery staple")
    wrong.chmod(0o600)
    for command in (("status",), ("up", "--no-lan"), ("space", "new", "Circle", "--as", "Nour")):
        refused = run(nour.home, *command, passphrase=wrong)
        assert refused.code == 5
        assert "passphrase" in refused.said["error"]["text"]
    assert nour.run("status").said["spaces"] == []


def test_a_node_ends_within_two_seconds_even_while_it_catches_up(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, rima = stage.founded([keeper.address], "Nour", "Rima")
    until_equal([nour, rima])
    assert rima.stop() < QUICK
    archive = nour.folder / "forum.jsonl"
    archive.write_text("".join(json.dumps({"text": f"entry {n}"}) + "\n" for n in range(BACKLOG)))
    assert nour.call("node.import", path=str(archive))["imported"] == BACKLOG
    until(lambda: nour.call("node.status")["spaces"][0]["waiting"] == 0, "the keeper has it")
    for _ in range(3):  # stopped as soon as it runs: connecting, reconciling, taking in the first
        rima.start()
        took = rima.stop()
        assert took < QUICK, f"{took} s"
    rima.start()
    until(lambda: rows(rima) > 2, "something came")
    took = rima.stop()
    assert took < QUICK, f"{took} s"
    rima.start()
    until_equal([nour, rima])
    assert rima.call("node.rebuild")["same"]
    # Idle nodes and the keeper, too.
    assert nour.stop() < QUICK
    assert rima.stop() < QUICK
    assert keeper.stop() < QUICK


def rows(node: Node) -> int:
    return int(node.digest()["spaces"][0]["rows"])


def test_a_keeper_is_alone_in_its_folder(stage: Troupe) -> None:
    keeper = stage.keeper()
    second = run(keeper.home, "keep", "--listen", "127.0.0.1:0")
    assert second.code == 5
    assert "already running" in second.said["error"]["text"]
    taken = run(stage.folder / "other", "keep", "--listen", f"127.0.0.1:{keeper.port}")
    assert taken.code == 2
    assert "taken" in taken.said["error"]["text"]


def test_an_address_that_is_taken_is_told(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour = stage.node("Nour", start=False)
    refused = nour.run("up", "--no-lan", "--listen", f"127.0.0.1:{keeper.port}")
    assert refused.code == 2
    assert "taken" in refused.said["error"]["text"]
    assert nour.run("status").code == 0


def test_no_vault_is_told(tmp_path: Path) -> None:
    for command in (("status",), ("up", "--no-pages"), ("post", "hello")):
        refused = run(tmp_path / "nowhere", *command)
        assert refused.code == 2
        assert "tadamun init" in refused.said["error"]["text"]
