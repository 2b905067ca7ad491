"""A disk that fills up: it is said, nothing is lost or half done, and with room again everything goes on by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kits.processes import Node, Outcome, Troupe, environment, run, until, until_equal
from tadamun.core.errors import LocalError

DISK = 8 * 2**20  # bytes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of a few megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Use up what is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
    return filler


def until_refused(node: Node) -> tuple[set[str], LocalError]:
    """Write until it does not go any more: what was confirmed, and what was said then."""
    confirmed: set[str] = set()
    for n in range(2_000):
        try:
            confirmed.add(node.call("talk.post", text=f"{n} " + "long " * 400)["id"])
        except LocalError as error:
            return confirmed, error
    raise AssertionError("it took 2,000 posts on a full disk")


def test_a_full_disk_loses_nothing(stage: Troupe, small_disk: Path) -> None:
    keeper = stage.keeper()
    [nour] = stage.founded([keeper.address], "Nour")
    rima = Node(small_disk / "Rima", [keeper.address])
    stage.children.append(rima)
    rima.start()
    rima.call("join", link=nour.call("invite.new")["link"], called="Rima", timeout=60)
    confirmed = {rima.call("talk.post", text=f"early {n}")["id"] for n in range(5)}
    until_equal([nour, rima])
    filler = fill(small_disk)
    # She writes until it does not go any more: it is said, in one sentence, with the code for the vault.
    more_of_them, refused = until_refused(rima)
    confirmed |= more_of_them
    assert refused.code == 5, refused
    assert "disk" in str(refused)
    command = rima.run("post", "one more " + "long " * 1000)
    assert command.code == 5, command
    # Others go on; her node stays up and still shows what it has.
    for n in range(50):
        nour.call("talk.post", text=f"meanwhile {n}")
    assert confirmed <= {post["id"] for post in rima.posts()}
    assert not all(check["ok"] for check in rima.call("node.doctor")["checks"])
    # kill -9 on the full disk, and a start on it: said, or running, but nothing damaged.
    rima.kill()
    filler.unlink()
    rima.start()
    until_equal([nour, rima])
    here = {post["id"] for post in rima.posts()}
    assert confirmed <= here
    assert {f"meanwhile {n}" for n in range(50)} <= set(rima.texts())
    assert rima.call("node.rebuild")["same"]


def test_room_again_without_a_restart(stage: Troupe, small_disk: Path) -> None:
    keeper = stage.keeper()
    [nour] = stage.founded([keeper.address], "Nour")
    rima = Node(small_disk / "Rima", [keeper.address])
    stage.children.append(rima)
    rima.start()
    rima.call("join", link=nour.call("invite.new")["link"], called="Rima", timeout=60)
    until_equal([nour, rima])
    filler = fill(small_disk)
    for n in range(200):
        nour.call("talk.post", text=f"{n} " + "while there is no room " * 20)
    until(lambda: nour.call("node.status")["spaces"][0]["waiting"] == 0, "the keeper has it")
    rima.call("node.status")
    filler.unlink()
    until_equal([nour, rima])
    assert len(rima.texts()) == 200


def test_a_start_on_a_disk_that_is_still_full(stage: Troupe, small_disk: Path) -> None:
    keeper = stage.keeper()
    [nour] = stage.founded([keeper.address], "Nour")
    rima = Node(small_disk / "Rima", [keeper.address])
    stage.children.append(rima)
    rima.start()
    rima.call("join", link=nour.call("invite.new")["link"], called="Rima", timeout=60)
    confirmed = {rima.call("talk.post", text=f"early {n}")["id"] for n in range(5)}
    until_equal([nour, rima])
    filler = fill(small_disk)
    confirmed |= until_refused(rima)[0]
    rima.kill()
    fill_more(small_disk)
    # Every way of starting: one sentence that says what to do, the vault's code, no traceback.
    for command in (["up", "--no-pages", "--no-lan"], ["post", "not now"], ["read"], ["doctor"], ["status"]):
        done = rima.run(*command) if command[0] != "up" else started(rima)
        assert "Traceback" not in done.err, done.err
        assert done.code == 5, (command, done)
        assert "The disk is full." in done.said["error"]["text"], (command, done)
    filler.unlink()
    more(small_disk).unlink()
    rima.start()
    until_equal([nour, rima])
    assert confirmed <= {post["id"] for post in rima.posts()}
    assert rima.call("node.rebuild")["same"]


def more(disk: Path) -> Path:
    return disk / "more"


def fill_more(disk: Path) -> None:
    """What the killed process gave back, too."""
    with more(disk).open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 512)
        except OSError:
            pass


def started(node: Node) -> Outcome:
    """What `up` says when it ends by itself; 0 and nothing if it runs, which it then does no longer."""
    begun = subprocess.Popen(
        [sys.executable, "-m", "tadamun.main", *node.arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(node.passphrase_file), start_new_session=True,
    )  # fmt: skip
    try:
        out, err = begun.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        begun.kill()
        begun.communicate()
        return Outcome(0, {}, "")
    last = out.decode().strip().splitlines()[-1:]
    return Outcome(begun.returncode, json.loads(last[0]) if last else {}, err.decode())


def test_a_vault_made_on_a_full_disk_is_made_whole_or_not_at_all(small_disk: Path) -> None:
    words = small_disk / "words"
    words.write_text("horse battery staple")
    words.chmod(0o600)
    filler = fill(small_disk)
    fill_more(small_disk)
    home = small_disk / "home"
    refused = run(home, "init", passphrase=words)
    assert refused.code == 5, refused
    assert "Traceback" not in refused.err
    assert "The disk is full." in refused.said["error"]["text"]
    filler.unlink()
    made = run(home, "init", passphrase=words)
    assert made.code == 0, made
    assert run(home, "space", "new", "Circle", "--as", "Nour", passphrase=words).code == 0
