"""kill -9 of nodes and keeper at any moment: what was confirmed stays, nothing is damaged, all end up alike."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kits.processes import Child, Keeper, Node, troupe, until, until_equal
from tadamun.core.errors import LocalError

ROUNDS = 50
EACH = 12  # posts that each node tries to write in a round
NAMES = ("Nour", "Sami", "Rima")


class Writer:
    """Somebody who writes as fast as the node confirms, until it is gone. said: what was confirmed, text by id."""

    def __init__(self, node: Node, name: str) -> None:
        self.node, self.name = node, name
        self.said: dict[str, str] = {}
        self.private: dict[str, str] = {}
        self.invites: set[str] = set()
        self._count = 0
        self._tried = ("", "")  # the last edit: the post, and its new text

    def write(self, how_many: int, chance: random.Random) -> None:
        for _ in range(how_many):
            self._count += 1
            text = f"{self.name} says {self._count}"
            try:
                dice = chance.random()
                if dice < 0.05:
                    self.invites.add(self.node.call("invite.new")["key"])
                elif dice < 0.15 and self.said:
                    self.node.call("talk.react", post=next(reversed(self.said)), sign="+")
                elif dice < 0.2 and self.said:
                    post = next(reversed(self.said))
                    self._tried = (post, text)
                    self.node.call("talk.edit", post=post, text=text)
                    self.said[post] = text
                elif dice < 0.3:
                    whom = next(name for name in NAMES if name != self.name)
                    self.private[self.node.call("talk.post", text=text, to=whom)["id"]] = text
                else:
                    self.said[self.node.call("talk.post", text=text)["id"]] = text
            except (LocalError, AssertionError, OSError):
                return  # killed: this one was not confirmed

    def check(self) -> None:
        """Everything confirmed is there, as it was said."""
        post, text = self._tried
        if post and shown(self.node)[post] == text:
            self.said[post] = text  # done, though nobody was left to confirm it
        assert self.said.items() <= shown(self.node).items()
        assert self.private.items() <= shown(self.node, private=True).items()
        assert self.invites <= {one["key"] for one in self.node.call("invite.list")}


def shown(node: Node, private: bool = False) -> dict[str, str]:
    return {post["id"]: post["text"] for post in node.posts(private=private)}


@contextmanager
def writing(writers: list[Writer], chance: random.Random) -> Iterator[None]:
    """All of them write while the block runs; it ends when they have."""
    threads = [threading.Thread(target=writer.write, args=(EACH, random.Random(chance.random()))) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()


def strike(victims: list[Child], chance: random.Random) -> None:
    """Kill at a moment of chance; now and then again while it starts; then let it come up."""
    for victim in victims:
        time.sleep(chance.uniform(0, 0.25))  # not a wait for anything: the moment is the case
        victim.kill()
    for victim in victims:
        if chance.random() < 0.2:
            victim.begin()
            time.sleep(chance.uniform(0, 0.8))
            victim.kill()
        victim.begin()
    for victim in victims:
        victim.wait_ready()


@pytest.mark.parametrize("seed", [20, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(21, 25))])
def test_killed_fifty_times_at_random(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    with troupe(tmp_path) as stage:
        keeper = stage.keeper()
        nodes = stage.founded([keeper.address], *NAMES, level=50)
        writers = [Writer(node, name) for node, name in zip(nodes, NAMES, strict=True)]
        killed: dict[Child, int] = dict.fromkeys([*nodes, keeper], 0)
        for _ in range(ROUNDS):
            victims = chance.sample(list(killed), chance.choice((1, 1, 2)))
            with writing(writers, chance):
                strike(victims, chance)
            for victim in victims:
                killed[victim] += 1
            for writer in writers:
                if writer.node in victims:
                    writer.check()
        assert min(killed.values()) >= ROUNDS // 10, killed
        agreed(nodes, writers)
        put_away(nodes, keeper)


def agreed(nodes: list[Node], writers: list[Writer]) -> None:
    until_equal(nodes, 120)
    everything = {i: text for writer in writers for i, text in writer.said.items()}
    assert len(everything) > ROUNDS * EACH / 2
    for writer in writers:
        writer.check()
        whom = nodes[NAMES.index(next(name for name in NAMES if name != writer.name))]
        until(lambda w=writer, n=whom: w.private.items() <= shown(n, private=True).items(), "the messages")
    for node in nodes:
        assert everything.items() <= shown(node).items()
        assert node.call("node.rebuild")["same"]
        [space] = node.call("node.status")["spaces"]
        until(lambda node=node: node.call("node.status")["spaces"][0]["outbox"] == 0, "an empty outbox")
        assert space["parked"] == 0
        assert space["alarms"] == 0
        assert all(check["ok"] for check in node.call("node.doctor")["checks"])


def put_away(nodes: list[Node], keeper: Keeper) -> None:
    """After a clean end no socket stands, and the vaults open again."""
    for child in (*nodes, keeper):
        child.stop()
    for node in nodes:
        assert not list(node.home.glob("*.sock*"))
        assert node.run("status").code == 0
