"""What the command line is given by `main`: a way to hold the vault itself, and the few acts that are no calls.

The command line imports neither rooms nor carriers; it sees them only as these protocols.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Report = Callable[[int, int], None]  # done, of (0: not known)
Tell = Callable[[Mapping[str, Any]], None]


class Service(Protocol):
    """A node in this process, for the time of one command."""

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        """What the door's dispatch does: plain JSON values in and out. Raises LocalError."""
        ...


@dataclass(frozen=True, slots=True)
class Up:
    """How `tadamun up` was asked to run. listen: `host:port` to accept peers on; peers: ws:// or wss:// addresses;
    advertise: what members are told instead of the addresses it is bound to. What is empty, and lan None, is as the
    person chose before (`node.reach`).

    pages: with its pages; then an empty passphrase means that they ask for it.
    """

    home: Path
    passphrase: str
    listen: str
    peers: Sequence[str]
    lan: bool | None
    pages: bool = False
    advertise: Sequence[str] = ()


class Hands(Protocol):
    """The acts that `main` does for the command line."""

    def create(self, home: Path, passphrase: str, language: str) -> None:
        """Make a new vault in the folder. Raises UsageError if there is one already, VaultError."""
        ...

    def change(self, home: Path, old: str, new: str) -> None:
        """Wrap the vault's key by another passphrase. Raises VaultError (wrong, in use)."""
        ...

    def second(self, home: Path, passphrase: str, new: str, what: str) -> None:
        """Under the passphrase `new` a second vault (what: "opens"), which destroys the first one's key when it is
        opened ("destroys"), or none any more (""). Raises VaultError (wrong, in use), UsageError."""
        ...

    def open(self, home: Path, passphrase: str, online: bool) -> AbstractAsyncContextManager[Service]:
        """The vault, held until left; online: with carriers running. Raises VaultError."""
        ...

    def up(self, wanted: Up, ready: Tell) -> Coroutine[Any, Any, None]:
        """Run the node until cancelled; `ready` is told once: `listening`, and what space.list and peers.list say; with
        pages also `pages`, a link in, and `state`: while that is not "open", the rest is left out."""
        ...

    def keep(self, home: Path, listen: str, ready: Tell) -> Coroutine[Any, Any, None]:
        """Run a keeper until cancelled; `ready` is told once `{"listening": […]}`."""
        ...

    def demo(self, narrate: Callable[[str], None]) -> Coroutine[Any, Any, bool]:
        """Play the demo, one translated sentence a step; True if everything it checked was so."""
        ...
