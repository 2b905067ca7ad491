"""The stage: real `tadamun` processes on loopback, in one temporary folder that is gone afterwards, with all in it.

Everything a person does goes the way a person's goes: commands, and the calls that commands make through the door of a
running node. This file does not know the story.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from tadamun.cli.demo.child import ALIVE
from tadamun.cli.here import PASSPHRASE_FILE
from tadamun.core.errors import LocalError, Unreachable
from tadamun.core.ports import Random
from tadamun.i18n.tongue import current
from tadamun.node.knock import knock

Program = Callable[
    [str], Sequence[str]
]  # a person's name ("" for the keeper) → the program to run, before its arguments

READY: Final = 20.0  # seconds in which a process must be up
PATIENCE: Final = 20.0  # seconds; on loopback all of it takes one or two
STEP: Final = 0.1  # seconds between looks


def tadamun(name: str) -> Sequence[str]:
    """Tadamun as it is installed here, for as long as the demo lasts."""
    return sys.executable, "-m", "tadamun.cli.demo.child"


class NotSo(Exception):
    """Something the demo says is not so. The one argument says what, in the person's language."""


@dataclass
class Actor:
    """One process, and the folder it lives in. told: what it said when it was ready."""

    name: str
    home: Path
    stage: Stage
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    told: dict[str, Any] = field(default_factory=dict)

    async def start(self) -> None:
        """Run it until it is ready. Raises Unreachable."""
        self.process = self.stage.spawn(self.name, *self.arguments, f"--home={self.home}", "--json")
        self.told = await asyncio.to_thread(_told, self.process)

    async def stop(self) -> None:
        """As Ctrl-C does."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(signal.SIGINT)
            await asyncio.to_thread(process.wait)

    async def call(self, called: str, /, **params: Any) -> Any:
        """What a command asks of a running node. Raises LocalError."""
        return await asyncio.to_thread(self._call, called, params)

    def _call(self, called: str, params: dict[str, Any]) -> Any:
        door = knock(self.home)
        if door is None:
            raise Unreachable("A process of the demo ended before it should.")
        with door:
            return door.call(called, params)

    async def screen(self, *command: str) -> list[str]:
        """What a command prints, line by line, as this person's computer shows it."""
        process = self.stage.spawn(self.name, *command, f"--home={self.home}", f"--language={current().tag}")
        out, _ = await asyncio.to_thread(process.communicate)
        return out.decode().splitlines()

    async def sees(self, check: Callable[[Actor], Awaitable[bool]]) -> bool:
        """Look again and again until it is so; False when it has not come in time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.stage.patience
        while not await check(self):
            if loop.time() > end:
                return False
            await asyncio.sleep(STEP)
        return True


class Stage:
    """Makes actors; `program` says what each one's process runs."""

    def __init__(self, folder: Path, program: Program, random: Random, patience: float) -> None:
        self.folder, self.program, self.patience = folder, program, patience
        self.passphrase = random.bytes(16).hex()
        self.processes: list[subprocess.Popen[bytes]] = []
        self._theirs, self._ours = os.pipe()  # whoever reads from it hears when this process ends
        self._file = folder / "passphrase"
        self._file.touch(mode=0o600)
        self._file.write_text(self.passphrase)

    def spawn(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of its own session: Ctrl-C at the terminal reaches the demo alone, which ends the others."""
        environment = {**os.environ, PASSPHRASE_FILE: str(self._file), "PYTHONUTF8": "1", ALIVE: str(self._theirs)}
        with (self.folder / "errors").open("ab") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
                [*self.program(name), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                pass_fds=(self._theirs,),
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    async def keeper(self) -> Actor:
        """A keeper that runs. Raises Unreachable."""
        made = Actor("", self.folder / "keeper", self, ("keep", "--listen=127.0.0.1:0"))
        await made.start()
        return made

    async def people(self, names: Sequence[str], address: str) -> list[Actor]:
        """Each with a vault of their own and a node that runs and goes to the keeper. Raises Unreachable."""
        up = ("up", "--no-lan", f"--peer={address}")
        actors = [
            Actor(name, self.folder / f"computer-{len(self.processes)}-{i}", self, up) for i, name in enumerate(names)
        ]
        makings = [self.spawn(one.name, "init", f"--home={one.home}", "--json") for one in actors]
        for process in makings:
            await asyncio.to_thread(process.communicate)
            if process.returncode != 0:
                raise Unreachable("A process of the demo ended before it should.")
        for one in actors:
            await one.start()
        return actors

    def clear(self) -> None:
        """End every process, at once, and wait until it is gone."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                process.kill()
        for process in self.processes:
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        os.close(self._ours)
        os.close(self._theirs)


@contextmanager
def stage(program: Program, random: Random, patience: float) -> Iterator[Stage]:
    """A stage that leaves nothing behind, however the block ends."""
    with tempfile.TemporaryDirectory(prefix="tadamun-demo-", ignore_cleanup_errors=True) as folder:
        made = Stage(Path(folder), program, random, patience)
        try:
            yield made
        finally:
            made.clear()


def _told(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The line of JSON that says it is ready."""
    assert process.stdout is not None, "it was started with a pipe"
    readable, _, _ = select.select([process.stdout], [], [], READY)
    line = process.stdout.readline() if readable else b""
    try:
        told: dict[str, Any] = msgspec.json.decode(line)
    except ValueError as error:
        raise Unreachable("A process of the demo did not start.") from error
    if "error" in told:
        raise LocalError(told["error"]["message"], **told["error"]["arguments"])
    return told
