"""A vault that a newer program wrote: whatever is asked, one sentence, the vault's exit code, no byte changed."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from kits.pages import database
from kits.processes import PASSPHRASE, Node, Troupe
from tadamun.store import cipher
from tadamun.store.vault import KEY

COMMANDS = [
    ["post", "lost?"],
    ["read"],
    ["members"],
    ["status"],
    ["doctor"],
    ["rebuild"],
    ["export", "out.jsonl"],
    ["invite"],
    ["leave", "--yes"],
    ["up", "--no-pages", "--no-lan"],
    ["init"],
]


def by_database(home: Path) -> None:
    """As after steps that this program does not know."""
    path, key = database(home, PASSPHRASE)
    connection = cipher.connect(path, key, durable=True)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()


def by_key_file(home: Path) -> None:
    told = json.loads((home / KEY).read_bytes())
    told["version"] += 1
    (home / KEY).write_text(json.dumps(told))


def of(home: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.iterdir()
        if path.is_file() and not path.name.endswith((".lock", "-shm", "-wal"))
    }


@pytest.mark.parametrize("newer", [by_database, by_key_file])
def test_a_newer_vault_is_left_alone(stage: Troupe, newer: object, tmp_path: Path) -> None:
    nour: Node = stage.node("Nour")
    nour.call("space.new", name="Circle", called="Nour")
    nour.call("talk.post", text="written by the old one")
    nour.stop()
    kept = tmp_path / "kept"
    shutil.copytree(nour.home, kept)
    newer(nour.home)  # type: ignore[operator]  # one of the two above
    before = of(nour.home)
    for command in COMMANDS:
        done = nour.run(*command)
        assert done.code == 5, (command, done)
        assert "Traceback" not in done.err, (command, done)
        text = done.said["error"]["text"]
        assert "newer Tadamun" in text or command == ["init"], (command, text)
        assert of(nour.home) == before, command
    # The program that wrote it, or here its copy, has everything.
    shutil.rmtree(nour.home)
    shutil.copytree(kept, nour.home)
    nour.start()
    assert nour.texts() == ["written by the old one"]
