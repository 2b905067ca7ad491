"""The pages of a space of 100,000 posts: how long a browser waits for the node, from asking to the last byte.

A real `tadamun up` with its pages, on a copy of a prepared vault, asked over one connection as a browser keeps it. What
the browser does afterwards is not in it (tests/browser).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from select import select
from statistics import median, quantiles
from time import perf_counter
from typing import Final
from urllib.parse import quote, urlsplit

from bench.actor import PASSPHRASE
from bench.limit import Limit
from bench.posts import posts
from bench.result import Result, at_most
from bench.setting import Setting, environment
from bench.world import copied, world
from tadamun.node.knock import knock

POSTS: Final = 100_000
ASKED: Final = 200
PROMISED: Final = 100.0  # ms
PATIENCE: Final = 120.0  # seconds until it is ready


class Reader:
    """A browser as far as the node can tell: it was let in by a link, and keeps its cookie and its connection."""

    def __init__(self, link: str) -> None:
        where = urlsplit(link)
        self._host = where.netloc
        self._base = "/" + where.path.split("/")[1]
        self._connection = HTTPConnection(self._host, timeout=60)
        self._cookie = ""
        self._cookie = self._ask(where.path)[1].partition(";")[0]

    def seconds(self, path: str) -> float:
        """How long that page took. Raises RuntimeError when it was refused."""
        begun = perf_counter()
        status, _ = self._ask(f"{self._base}/{path}")
        took = perf_counter() - begun
        if status != 200:
            raise RuntimeError(f"{path} was answered by {status}")
        return took

    def _ask(self, path: str) -> tuple[int, str]:
        headers = {"Host": self._host, "Sec-Fetch-Site": "none"} | ({"Cookie": self._cookie} if self._cookie else {})
        self._connection.request("GET", path, headers=headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("set-cookie", "")


def results(_limit: Limit, setting: Setting) -> Iterator[Result]:
    """Each page many times over, the searches each for other words."""
    count = setting.size(POSTS)
    asked = setting.size(ASKED, least=20)
    home = world(setting, count) / "nour"
    with setting.stage() as folder, up(copied(home, folder / "nour"), folder) as (reader, space):
        for page, paths in _paths(space, asked).items():
            reader.seconds(paths[0])  # templates are compiled when they are wanted first
            times = sorted(reader.seconds(path) * 1e3 for path in paths)
            yield at_most(
                "pages", f"{page}, in a space of {count:,} posts, p95", quantiles(times, n=20)[-1], "ms", PROMISED,
                p50_ms=median(times), most_ms=times[-1],
            )  # fmt: skip


def _paths(space: str, asked: int) -> dict[str, list[str]]:
    chance = Random(11)
    texts = [text for _, text in posts(min(asked * 4, 2_000))]
    words = [chance.choice([word for word in chance.choice(texts).split() if len(word) > 3]) for _ in range(asked)]
    return {
        "home": [""] * asked,
        "talk, threads": [f"{space}/talk"] * asked,
        "talk, all posts": [f"{space}/talk?view=posts"] * asked,
        "search": [f"{space}/talk/search?words={quote(word)}" for word in words],
        "people": [f"{space}/people"] * asked,
        "status": ["status"] * asked,
    }


@contextmanager
def up(home: Path, folder: Path) -> Iterator[tuple[Reader, str]]:
    """The node with its pages, until the block ends."""
    passphrase = folder / "passphrase"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    command = [sys.executable, "-m", "tadamun.main", "up", "--json", f"--home={home}", "--no-lan", "--no-browser"]
    with (folder / "up.stderr").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log,
            env=environment() | {"TADAMUN_PASSPHRASE_FILE": str(passphrase)},
        )  # fmt: skip
    try:
        assert process.stdout is not None
        ready, _, _ = select([process.stdout], [], [], PATIENCE)
        told = json.loads(process.stdout.readline()) if ready else {}
        if "pages" not in told:
            raise RuntimeError(f"the node did not start: {told} {(folder / 'up.stderr').read_text()[-2_000:]}")
        door = knock(home)
        if door is None:
            raise RuntimeError("the node does not answer")
        with door:
            [space] = door.call("space.list", {})
        yield Reader(told["pages"]), space["space"]
    finally:
        process.terminate()
        process.wait(60)
        if process.stdout is not None:
            process.stdout.close()
