"""Where the pages are: a port and a path that stay the same from run to run, and who has come in already.

`pages.json` in the node's folder holds the port, the random path before every page, and the hashes of the session
tokens, so that a page that is open reconnects by itself after the node was killed and started again; and whether pages
are to look discreet while nothing is open. Whoever reads the file learns an address and no way in. Cookies do not know
ports: the path is what keeps ours from other services here.
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from tadamun.core.errors import VaultError
from tadamun.core.ports import Clock, Random

FILE: Final = "pages.json"
HOST: Final = "127.0.0.1"
FIRST_PORT, PORTS = 20_000, 12_000  # below Linux's range of ports for outgoing connections, which would take ours
TRIES: Final = 40
SESSION_LIFE: Final = 30 * 86_400  # seconds
MOST_SESSIONS: Final = 20
_LIMIT: Final = 64 * 1024  # bytes


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    port: int
    prefix: str
    sessions: dict[str, int] = msgspec.field(default_factory=dict)  # SHA-256 of the token → Unix seconds of its end
    discreet: bool = False


class Address:
    """The pages' address and sessions. `listening` is bound, and belongs to whoever serves on it."""

    def __init__(self, home: Path, clock: Clock, random: Random, handed: socket.socket | None = None) -> None:
        """Find or choose the place. handed: the open socket of a program that began anew. Raises VaultError when no
        port is free."""
        self._clock, self._random = clock, random
        self._path = home / FILE
        kept = self._read()
        bound = handed or (_bind(kept.port) if kept is not None else None)
        if kept is None or bound is None:
            # Whoever took the port may have been told our path and a cookie by a page that was left open: new ones.
            kept = _Kept(0, token(random))
            bound = self._new_port()
        self.listening = bound
        self._kept = kept
        self._kept.port = bound.getsockname()[1]
        self._write()

    @property
    def host(self) -> str:
        return f"{HOST}:{self._kept.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    @property
    def path(self) -> str:
        """What every path begins with: `/…`, without a slash at its end."""
        return "/" + self._kept.prefix

    def new_session(self) -> str:
        """A token for a cookie; only its hash is kept. The oldest sessions make room."""
        made = token(self._random)
        sessions = self._kept.sessions
        sessions[hashed(made)] = self._clock.now() + SESSION_LIFE
        for gone in sorted(sessions, key=sessions.__getitem__)[:-MOST_SESSIONS]:
            del sessions[gone]
        self._write()
        return made

    def session(self, given: str) -> str | None:
        """The session's name (its token's hash) if the token is good."""
        name = hashed(given)
        return name if self._kept.sessions.get(name, 0) > self._clock.now() else None

    def sessions(self) -> tuple[str, ...]:
        """The names of all, those too whose time is over."""
        return tuple(self._kept.sessions)

    @property
    def discreet(self) -> bool:
        """Whether the pages are to tell nothing by their looks while nothing is open, as the person prefers."""
        return self._kept.discreet

    @discreet.setter
    def discreet(self, wanted: bool) -> None:
        if wanted is not self._kept.discreet:
            self._kept.discreet = wanted
            self._write()

    def end_session(self, name: str) -> None:
        if self._kept.sessions.pop(name, None) is not None:
            self._write()

    def _read(self) -> _Kept | None:
        """Whatever is odd about the file counts as none: another address is made."""
        try:
            with self._path.open("rb") as file:
                kept = msgspec.json.decode(file.read(_LIMIT), type=_Kept)
        except (OSError, ValueError, RecursionError):
            return None
        sane = (
            1024 <= kept.port <= 65_535 and len(kept.prefix) >= 22 and kept.prefix.isascii() and "/" not in kept.prefix
        )
        return kept if sane else None

    def _write(self) -> None:
        """Whole or not at all. Without room on the disk the pages go on, and only have to be entered anew next time."""
        fresh = self._path.with_suffix(".new")
        with suppress(OSError):
            file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "wb") as writing:
                writing.write(msgspec.json.encode(self._kept))
            fresh.replace(self._path)

    def _new_port(self) -> socket.socket:
        for _ in range(TRIES):
            bound = _bind(FIRST_PORT + self._random.below(PORTS))
            if bound is not None:
                return bound
        raise VaultError("No free port was found for the pages. Close other programs and try again.")


def make_folder(home: Path) -> None:
    """The node's folder, if there is none yet. Raises VaultError."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise VaultError(
            "The folder {folder} cannot be made or used for a vault. Choose another.", folder=str(home)
        ) from error


def token(random: Random) -> str:
    """32 unpredictable bytes in base64url."""
    return base64.urlsafe_b64encode(random.bytes(32)).decode().rstrip("=")


def hashed(given: str) -> str:
    return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()


def _bind(port: int) -> socket.socket | None:
    """A socket at which nobody else listens, or None. SO_REUSEADDR: a port left a moment ago is free again."""
    # The protocol by name: only then asyncio sends small answers at once (TCP_NODELAY), and not 40 ms later.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
        bound.listen(128)
    except OSError:
        bound.close()
        return None
    bound.setblocking(False)
    return bound
