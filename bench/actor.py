"""One real node in a process of its own, told what to do over its standard input: `python -m bench.actor HOME …`.

An order is a line of JSON, `{"do": name, …arguments}`; each is answered by one line. The process ends cleanly when its
input ends. Times are `time.monotonic()`, which all processes of one machine share, so that two of them can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

from bench.posts import posts

PASSPHRASE: Final = "twelve quiet benches"
POLL: Final = 0.2  # seconds; the node says by itself when something came
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Actor:
    """Its methods are the orders. node: a tadamun.node.node.Node."""

    def __init__(self, node: Any) -> None:
        self.node = node

    async def call(self, name: str, params: dict[str, Any] | None = None, **more: Any) -> Any:
        """What a person or a page would ask of the node."""
        return await self.node.call(name, (params or {}) | more)

    async def say(self, first: int, count: int) -> dict[str, float]:
        """Post texts of bench.posts, from number `first` on. Seconds until all were confirmed, and until sealed too."""
        node = self.node
        texts = [text for _, text in posts(first + count)][first:]
        space = node.bench.space("")
        confirmed = 0.0

        def report(done: int, of: int) -> None:
            nonlocal confirmed
            if done == of:
                confirmed = time.monotonic()

        begun, used = time.monotonic(), time.process_time()
        await node.desk.say_all(space, [node.parts.post("", text) for text in texts], report)
        sealed = time.monotonic()
        return {"confirmed": confirmed - begun, "sealed": sealed - begun, "cpu": time.process_time() - used}

    async def has(self, count: int, last: str) -> dict[str, float]:
        """Wait until that many posts can be read and full text finds the one that says `last`. The moments of both."""
        await self._until(lambda: self._posts() >= count)
        readable = time.monotonic()
        space = self.node.bench.space("")
        await self._until(lambda: self.node.bench.matches(space, last, 1))
        return {"readable": readable, "searchable": time.monotonic()}

    async def meet(self, address: str, count: int) -> dict[str, float]:
        """Connect, and wait until that many more posts can be read. Seconds since, processor seconds."""
        before = self._posts()
        begun, used = time.monotonic(), time.process_time()
        await self.call("peers.add", address=address)
        await self._until(lambda: self._posts() >= before + count)
        return {"seconds": time.monotonic() - begun, "cpu": time.process_time() - used}

    async def live(self, connected: int = 1) -> None:
        """Wait until the node has that many live connections to peers."""
        await self._until(lambda: sum(str(one.state) == "live" for one in self.node.peers.status()) >= connected)
        await self.node.settled()

    async def alone(self) -> None:
        """Forget every address."""
        for one in await self.call("peers.list"):
            await self.call("peers.remove", address=one["address"])

    async def speak(self, count: int, gap: float) -> list[float]:
        """Post that often, numbered, `gap` seconds apart. The moments before each."""
        moments = []
        for number in range(count):
            await asyncio.sleep(gap)
            moments.append(time.monotonic())
            await self.call("talk.post", text=f"live {number}")
        return moments

    async def listen(self, count: int) -> dict[str, float]:
        """Watch as `tadamun watch` does, until that many were heard: text → the moment it was given."""
        heard: dict[str, float] = {}
        after = (await self.call("talk.wait", timeout=0))["after"]
        while len(heard) < count:
            answer = await self.call("talk.wait", after=after, timeout=30)
            after = answer["after"]
            now = time.monotonic()
            heard |= {post["text"]: now for post in answer["posts"]}
        return heard

    async def settle(self) -> None:
        """Everything brought is taken in, everything said is sealed."""
        await self.node.settled()

    async def usage(self) -> dict[str, float]:
        """cpu: seconds of processor; peak_mb: most resident memory; both with its children, `workers` of them."""
        children = _children()
        return {
            "cpu": time.process_time() + sum(map(_cpu, children)),
            "peak_mb": sum(map(_peak, [os.getpid(), *children])),
            "workers": len(children),
        }

    def _posts(self) -> int:
        """Posts that can be read: they are numbered in the order of arrival."""
        return self.node.vault.read.execute("SELECT max(rowid) FROM talk_posts")[0][0] or 0

    async def _until(self, condition: Any) -> None:
        while not condition():
            await self.node.news(POLL)


def _children() -> list[int]:
    return [int(pid) for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()]


def _cpu(pid: int) -> float:
    """Processor seconds of a running process, proc(5): fields 14 and 15 of its stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _peak(pid: int) -> float:
    """MB; of this program alone, while getrusage's figure begins with that of whoever started it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


async def act(home: Path, listen: bool, peers: tuple[str, ...], online: bool) -> None:
    from tadamun.main import node_at
    from tadamun.node.outward import Given

    given = Given(listen=("127.0.0.1", 0) if listen else None, peers=peers, lan=False)
    async with node_at(home, PASSPHRASE, given if online else None, online) as node:
        actor = Actor(node)
        _tell({"listening": node.listening, "at": time.monotonic()})
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            _tell(await getattr(actor, order.pop("do"))(**order))


def _tell(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.actor", description="A node that does as it is told.")
    parser.add_argument("home", type=Path)
    parser.add_argument("--listen", action="store_true")
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--peer", action="append", default=[])
    given = parser.parse_args()
    asyncio.run(act(given.home, given.listen, tuple(given.peer), not given.offline))


if __name__ == "__main__":
    main()
