"""Real `tadamun up` and `tadamun keep` processes for the flows: each in a folder of its own, on loopback.

They are told ready by the JSON line they print, spoken with through the door, and killed by their own process id only.
Vaults are made in this process with a key derivation that costs nothing; everything else is what a person has.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.node.knock import knock
from tadamun.store import meta
from tadamun.store.vault import Vault

PASSPHRASE = "horse battery staple forty"
READY = 60.0  # seconds a process may take to begin, on a busy machine
PATIENT = 60.0  # seconds until a state that should come is given up


@dataclass(frozen=True)
class Outcome:
    """What a command came to. said: its JSON, None if it printed none."""

    code: int
    said: Any
    err: str


class Child:
    """One process of this test's own, started over and over on one folder."""

    tells = True  # a line on its standard output when it is ready; what it writes there after that nobody takes

    def __init__(
        self, folder: Path, *arguments: str, program: Sequence[str] = (), passphrase: Path | None = None
    ) -> None:
        self.folder, self.arguments, self._passphrase = folder, arguments, passphrase
        self.program = tuple(program) or (sys.executable, "-m", "tadamun.main")
        self.process: subprocess.Popen[bytes] | None = None
        self.told: dict[str, Any] = {}

    def start(self) -> None:
        """Start and wait until it says that it is ready. AssertionError with what it said instead."""
        self.begin()
        self.wait_ready()

    def begin(self) -> None:
        assert self.process is None, "it runs already"
        with (self.folder / "stderr").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.program, *self.arguments], stdout=subprocess.PIPE if self.tells else log, stderr=log,
                stdin=subprocess.DEVNULL, env=environment(self._passphrase), start_new_session=True,
            )  # fmt: skip

    def wait_ready(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        line, until = b"", time.monotonic() + READY
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))
            part = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert part, f"not ready: {line.decode()} {self.log()}"
            line += part
        self.told = json.loads(line)
        assert "error" not in self.told, self.told

    def kill(self) -> None:
        """SIGKILL: no chance to put anything away."""
        self._end(signal.SIGKILL)

    def stop(self) -> float:
        """SIGTERM, which ends it cleanly. Returns the seconds it took."""
        begun = time.monotonic()
        code = self._end(signal.SIGTERM)
        took = time.monotonic() - begun
        assert code == 0, f"ended with {code}: {self.log()}"
        return took

    def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        process, self.process = self.process, None
        try:
            process.send_signal(how)
            return process.wait(30)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()

    @property
    def runs(self) -> bool:
        return self.process is not None

    def log(self) -> str:
        """What it wrote; if it has ended by itself, also how, and the JSON that says why."""
        written = (self.folder / "stderr").read_text()
        if self.process is None or self.process.poll() is None:
            return written
        last = b"" if self.process.stdout is None else self.process.stdout.read()
        return f"{written}\nended with {self.process.returncode}: {last.decode()}"


class Node(Child):
    """A person's node. `call` goes through the door of the running process, `run` is a command of its own."""

    def __init__(
        self,
        folder: Path,
        peers: Sequence[str] = (),
        *,
        listen: str = "",
        program: Sequence[str] = (),
        pages: bool = False,
    ) -> None:
        self.home = folder / "home"
        folder.mkdir(parents=True)
        self.passphrase_file = folder / "passphrase"
        self.passphrase_file.write_text(PASSPHRASE)
        self.passphrase_file.chmod(0o600)
        make_vault(self.home)
        more = [f"--peer={one}" for one in peers] + ([f"--listen={listen}"] if listen else [])
        more.append("--no-browser" if pages else "--no-pages")
        super().__init__(
            folder, "up", "--json", f"--home={self.home}", "--no-lan", *more,
            program=program, passphrase=self.passphrase_file,
        )  # fmt: skip

    def call(self, call: str, /, **params: Any) -> Any:
        """Through the door. Raises LocalError."""
        door = knock(self.home)
        assert door is not None, f"nobody answers: {self.log()}"
        with door:
            return door.call(call, params, lambda done, of: None)

    def run(self, *arguments: str, given: str = "") -> Outcome:
        """A command in a process of its own, with --json."""
        return run(self.home, *arguments, passphrase=self.passphrase_file, given=given)

    def texts(self, **params: Any) -> list[str]:
        """All posts this node shows, newest first."""
        return [post["text"] for post in self.posts(**params)]

    def posts(self, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        before = ""
        while True:
            page = self.call("talk.read", limit=500, before=before, **params)["posts"]
            found += page
            if len(page) < 500:
                return found
            before = page[-1]["id"]

    def digest(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("node.digest")
        return found


def run(home: Path, *arguments: str, passphrase: Path | None = None, given: str = "") -> Outcome:
    """A command of `tadamun` in a process of its own, with --json."""
    done = subprocess.run(
        [sys.executable, "-m", "tadamun.main", *arguments, "--json", f"--home={home}"],
        capture_output=True, input=given.encode(), env=environment(passphrase), timeout=120, check=False,
    )  # fmt: skip
    out = done.stdout.decode().strip()
    return Outcome(done.returncode, json.loads(out) if out else None, done.stderr.decode())


class Keeper(Child):
    """A keeper on a port that stays the same however often it starts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.home = folder / "home"
        self.port = free_port()
        super().__init__(folder, "keep", "--json", f"--home={self.home}", f"--listen=127.0.0.1:{self.port}")

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}"


class Troupe:
    """The processes of one test: made here, ended with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.children: list[Child] = []

    def keeper(self) -> Keeper:
        made = Keeper(self.folder / f"keeper{len(self.children)}")
        self.children.append(made)
        made.start()
        return made

    def node(self, name: str, peers: Sequence[str] = (), *, start: bool = True, **how: Any) -> Node:
        made = Node(self.folder / name, peers, **how)
        self.children.append(made)
        if start:
            made.start()
        return made

    def founded(
        self, peers: Sequence[str], *names: str, history: str = "all", level: int = 10, **how: Any
    ) -> list[Node]:
        """Nodes of a space; the first founded it and let the others in."""
        first, *others = [self.node(name, peers, **how) for name in names]
        first.call("space.new", name="Circle", called=names[0], history=history)
        if others:
            link = first.call("invite.new", uses=len(others), level=level)["link"]
            for name, node in zip(names[1:], others, strict=True):
                node.call("join", link=link, called=name, timeout=PATIENT)
        return [first, *others]


@contextmanager
def troupe(folder: Path) -> Iterator[Troupe]:
    """Everything started in it is gone when it ends, however it ends."""
    all_of_them = Troupe(folder)
    try:
        yield all_of_them
    finally:
        for child in all_of_them.children:
            if child.runs:
                child.kill()


def make_vault(home: Path) -> None:
    with Vault.create(home, PASSPHRASE, SystemRandom(), FOR_TESTS) as vault, vault.write() as tx:
        meta.put_text(tx, "language", "en")


def environment(passphrase: Path | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TADAMUN", "LANG", "LC_"))}
    kept |= {"LANGUAGE": "en", "LC_ALL": "C.UTF-8"}
    return kept | ({} if passphrase is None else {"TADAMUN_PASSPHRASE_FILE": str(passphrase)})


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENT) -> Any:
    """Ask again until it is so, and return what it gave. AssertionError naming what was waited for."""
    end = time.monotonic() + seconds
    while True:
        given = condition()
        if given:
            return given
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.05)


def until_equal(nodes: Sequence[Node], seconds: float = PATIENT) -> dict[str, Any]:
    """Wait until all show the same and hold nothing back; returns what they agree on."""
    last: list[Any] = []

    def same() -> bool:
        last[:] = [node.digest() for node in nodes]
        return all(one["spaces"] == last[0]["spaces"] for one in last)

    try:
        until(same, "the same state", seconds)
    except AssertionError as error:
        raise AssertionError(json.dumps(last, indent=1)) from error
    found: dict[str, Any] = last[0]
    return found
