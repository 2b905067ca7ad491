"""A disk that fills up: it is said, nothing is lost or half done, and with room again everything goes on by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kits.processes import Node, Troupe, until, until_equal
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
    refused: LocalError | None = None
    for n in range(2_000):
        try:
            confirmed.add(rima.call("talk.post", text=f"{n} " + "long " * 400)["id"])
        except LocalError as error:
            refused = error
            break
    assert refused is not None
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
