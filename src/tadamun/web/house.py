"""The house: whether there is a vault, whether it is open, and the node that runs while it is.

Fresh: there is no vault. Locked: nothing is open, no node runs, no key is in memory. Open: a node runs. Locking closes
the node whole (docs/adr/0012-locking-closes-the-node.md). One coroutine, `run`, opens and closes it; everybody else
asks. Preparing: the passphrase was right, and the vault is so large that what an update wants of it takes a while.
This file does not know how a vault is made or opened: `main` gives it the functions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from tadamun.core.errors import LocalError, UsageError, VaultError, WrongPassphrase, whereabouts
from tadamun.core.words import N_

IDLE: Final = 15 * 60.0  # seconds without a request after which the house locks itself, unless preferred otherwise
LONG: Final = 5_000  # events to prepare that are told of; fewer are done before a page could come
FIRST_DELAY, MOST_DELAY = 0.5, 60.0  # seconds before the next passphrase is tried: doubled after each wrong one


class State(StrEnum):
    FRESH = "fresh"
    LOCKED = "locked"
    PREPARING = "preparing"
    OPEN = "open"


class Node(Protocol):
    """What the pages see of a node. listeners: told the id of each space in which something changed."""

    listeners: set[Callable[[str], None]]

    async def call(self, name: str, params: Mapping[str, Any]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """What `main` can do. exists: whether there is a vault. create(passphrase, language): make one; raises LocalError.
    open(passphrase, report): the running node, for as long as the block lasts; raises VaultError, and what report(done,
    of) raises, which is told in a thread how many events are prepared. change(old, new): the
    passphrase of the vault that is open; raises VaultError, UsageError. second(passphrase, new, what): under the
    passphrase `new` an empty vault beside the open one (what: "opens"), which destroys the open one's key when it is
    opened ("destroys"), or none any more (""); passphrase: of the open one; raises VaultError, UsageError."""

    exists: Callable[[], bool]
    create: Callable[[str, str], None]
    open: Callable[[str, Callable[[int, int], None]], AbstractAsyncContextManager[Node]]
    change: Callable[[str, str], Awaitable[None]]
    second: Callable[[str, str, str], Awaitable[None]]


class _Left(Exception):
    """Whoever had the node opened wanted it locked before it was ready."""


class TooSoon(LocalError):
    """A passphrase was given before the time since the last wrong one had passed; it was not looked at."""

    code = VaultError.code


@dataclass
class Attempts:
    """Each wrong passphrase doubles the time before the next is looked at. Remembered while the process runs."""

    now: Callable[[], float]
    wrong: int = 0
    _next: float = 0.0

    def check(self) -> None:
        """Raises TooSoon."""
        left = self._next - self.now()
        if left > 0:
            raise TooSoon(
                "Nothing was tried: after a wrong passphrase there is a pause, longer each time. Try again in "
                "{seconds} s.",
                seconds=int(left) + 1,
            )

    def failed(self) -> None:
        self._next = self.now() + min(MOST_DELAY, FIRST_DELAY * 2 ** min(self.wrong, 30))
        self.wrong += 1

    def succeeded(self) -> None:
        self.wrong, self._next = 0, 0.0


@dataclass
class _Wish:
    passphrase: str
    answer: asyncio.Future[None]


@dataclass
class House:
    """See the module. idle: seconds, as the person prefers; 0: never. watchers: told of each change of state.

    listeners: told the id of each space in which something changed. changes: how often that was so far. emptied: told
    when a node was closed because somebody, or nobody for long, wanted it so, or when its vault was destroyed.
    """

    doors: Doors
    now: Callable[[], float]
    idle: float = IDLE
    trouble: LocalError | None = None  # what ended the node, if it was not the person
    watchers: set[Callable[[], None]] = field(default_factory=set)
    listeners: set[Callable[[str], None]] = field(default_factory=set)
    changes: int = 0
    emptied: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.attempts = Attempts(self.now)
        self._node: Node | None = None
        self.progress: tuple[int, int] | None = None  # while preparing: how many of how many events
        self._turn = asyncio.Lock()
        self._wishes: asyncio.Queue[_Wish] = asyncio.Queue()
        self._leave = asyncio.Event()
        self._left = asyncio.Event()
        self._touched = self.now()

    @property
    def state(self) -> State:
        if self._node is not None:
            return State.OPEN
        if self.progress is not None:
            return State.PREPARING
        return State.LOCKED if self.doors.exists() else State.FRESH

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        """As the node's `call`, for the node's socket too. Raises VaultError where there is no node to ask."""
        if self._node is None:
            raise self.closed()
        return await self._node.call(name, params)

    def closed(self) -> VaultError:
        """What to tell whoever asks for something while nothing is open."""
        if self.state is State.FRESH:
            return VaultError(
                "There is no vault yet. Make one on the node's pages in the browser; `tadamun pages` gives the link."
            )
        if self.state is State.PREPARING:
            return VaultError(
                "The node is getting ready after an update, which can take a minute. Nothing was done. Try again then."
            )
        return VaultError(
            "The node is locked, and nothing was done. Unlock it on its pages in the browser; `tadamun pages` gives "
            "the link."
        )

    @property
    def node(self) -> Node | None:
        return self._node

    async def create(self, passphrase: str, language: str) -> None:
        """Make the vault and open it. Raises LocalError."""
        if self.state is not State.FRESH:
            raise UsageError("There is a vault here already. Nothing was changed. Open it with its passphrase.")
        self.doors.create(passphrase, language)
        await self._open(passphrase)

    async def unlock(self, passphrase: str) -> None:
        """Open the vault and run the node; return when it is open, or prepares itself. Raises TooSoon, VaultError: what
        a wrong passphrase is told is always the same."""
        async with self._turn:
            if self._node is not None or self.progress is not None:
                return
            self.attempts.check()
            try:
                await self._open(passphrase)
            except WrongPassphrase:
                self.attempts.failed()
                raise
            self.attempts.succeeded()

    async def change_passphrase(self, old: str, new: str) -> None:
        """Of the vault that is open. Raises TooSoon, VaultError, UsageError."""
        await self._proved(lambda: self.doors.change(old, new))

    async def second(self, passphrase: str, new: str, what: str) -> None:
        """See Doors.second. Raises TooSoon too."""
        await self._proved(lambda: self.doors.second(passphrase, new, what))

    async def _proved(self, act: Callable[[], Awaitable[None]]) -> None:
        """Something for which the passphrase is typed again. A wrong one slows the next attempt as a wrong one at the
        door does."""
        async with self._turn:
            if self._node is None:
                raise self.closed()
            self.attempts.check()
            try:
                await act()
            except WrongPassphrase:
                self.attempts.failed()
                raise
            self.attempts.succeeded()

    async def lock(self) -> None:
        """Close the node. Returns when nothing of it is left."""
        if self._node is not None or self.progress is not None:
            self._leave.set()
            await self._left.wait()

    def touch(self) -> None:
        """Somebody is here."""
        self._touched = self.now()

    async def run(self) -> None:
        """Open and close the node as wished, until cancelled."""
        while True:
            wish = await self._wishes.get()
            try:
                await self._live(wish)
            except LocalError as error:
                self._failed(wish, error)
            except Exception as error:
                self._failed(wish, VaultError(_UNFORESEEN, places=whereabouts(error)))
            if self.trouble is not None and not self.doors.exists():
                self.emptied()  # everything was destroyed: no more of it may be left in memory than after locking

    async def lock_if_idle(self) -> bool:
        """Lock if it is time to; True if it was."""
        due = self._node is not None and self.idle > 0 and self.now() - self._touched >= self.idle
        if due:
            await self.lock()
        return due

    async def _open(self, passphrase: str) -> None:
        wish = _Wish(passphrase, asyncio.get_running_loop().create_future())
        self._wishes.put_nowait(wish)
        await wish.answer

    async def _live(self, wish: _Wish) -> None:
        self._leave, self._left = asyncio.Event(), asyncio.Event()
        wanted = False
        loop = asyncio.get_running_loop()

        def report(done: int, of: int) -> None:
            """In a thread."""
            if self._leave.is_set():
                raise _Left
            if of >= LONG:
                loop.call_soon_threadsafe(self._prepares, wish, done, of)

        try:
            async with self.doors.open(wish.passphrase, report) as node:
                wish.passphrase = ""
                if wish.answer.cancelled():
                    return  # whoever asked hung up meanwhile: nobody is here
                self._node, self.trouble, self.progress = node, None, None
                node.listeners.add(self._heard)
                self.touch()
                if not wish.answer.done():
                    wish.answer.set_result(None)
                self._tell()
                try:
                    await self._leave.wait()
                    wanted = True
                finally:
                    self._node = None  # from here on nobody is answered by a node that is closing
                    self._tell()
        except _Left:
            wanted = True
        finally:
            prepared, self.progress = self.progress, None
            if prepared is not None:
                self._tell()
            self._left.set()
        if wanted:
            self.emptied()

    def _prepares(self, wish: _Wish, done: int, of: int) -> None:
        """The passphrase was right, and it takes a while."""
        if wish.answer.cancelled():
            self._leave.set()
            return
        first, self.progress = self.progress is None, (done, of)
        if first:
            self.trouble = None
            if not wish.answer.done():
                wish.answer.set_result(None)
            self._tell()

    def _failed(self, wish: _Wish, error: LocalError) -> None:
        if not wish.answer.done():
            wish.answer.set_exception(error)
        else:
            self.trouble = error
            self._tell()

    def _heard(self, space: str) -> None:
        self.changes += 1
        for listener in tuple(self.listeners):
            listener(space)

    def _tell(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()


_UNFORESEEN: Final = N_(
    "Something happened in the node that should not. What was confirmed before is kept. Please tell those who make "
    "Tadamun this line, which holds nothing of yours: {places}"
)
