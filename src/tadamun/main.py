"""The only file that names every room and every carrier; what the command line asks for is put together here."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tadamun.cli.app import build
from tadamun.cli.service import Tell, Up
from tadamun.core.errors import UsageError, VaultError, WrongPassphrase

if TYPE_CHECKING:
    from socket import socket as Socket

    from tadamun.node.node import Node, Parts
    from tadamun.node.outward import Given
    from tadamun.store.vault import Vault
    from tadamun.web.page import Page

T = TypeVar("T")

PAGES_LINK: Final = "pages.link"  # asked at the socket, answered by the house and not by the node

# The rooms whose pages there are: packages with a `web` module and templates.
ROOM_PAGES: Final = (
    "tadamun.rooms.talk",
    "tadamun.rooms.people",
    "tadamun.rooms.aid",
    "tadamun.rooms.gatherings",
    "tadamun.rooms.stories",
    "tadamun.rooms.safety",
)

# The rooms' commands, imported only when one is asked for.
COMMANDS: Final[Mapping[str, str]] = {
    "post": "tadamun.rooms.talk.cli:post",
    "read": "tadamun.rooms.talk.cli:read",
    "watch": "tadamun.rooms.talk.cli:watch",
    "threads": "tadamun.rooms.talk.cli:threads",
    "search": "tadamun.rooms.talk.cli:search",
    "react": "tadamun.rooms.talk.cli:react",
    "edit": "tadamun.rooms.talk.cli:edit",
    "retract": "tadamun.rooms.talk.cli:retract",
    "message": "tadamun.rooms.talk.cli:message",
    "image": "tadamun.rooms.talk.cli_images:image",
    "ask": "tadamun.rooms.talk.cli_questions:ask_",
    "questions": "tadamun.rooms.talk.cli_questions:questions",
    "let-go": "tadamun.rooms.talk.cli_questions:let_go",
    "aid": "tadamun.rooms.aid.cli:aid",
    "gathering": "tadamun.rooms.gatherings.cli:gathering",
    "story": "tadamun.rooms.stories.cli:story",
    "who": "tadamun.rooms.people.cli:who",
    "profile": "tadamun.rooms.people.cli:profile",
    "vouch": "tadamun.rooms.people.cli:vouch",
    "safety-number": "tadamun.rooms.people.cli:safety_number",
    "safety": "tadamun.rooms.safety.cli:safety",
}


class SystemClock:
    """Implements core.ports.Clock."""

    def now(self) -> int:
        return int(time.time())


def parts() -> Parts:
    """The rooms of every node, and what they may know of each other."""
    from tadamun.core.facts import Facts
    from tadamun.core.ports import Audience, Saying, Tables
    from tadamun.node.node import Parts
    from tadamun.rooms.aid.room import ROOM as AID
    from tadamun.rooms.gatherings.room import ROOM as GATHERINGS
    from tadamun.rooms.people import actions as people
    from tadamun.rooms.people.names import PeopleNames
    from tadamun.rooms.people.room import ROOM as PEOPLE
    from tadamun.rooms.safety.room import ROOM as SAFETY
    from tadamun.rooms.safety.sieve import SafetyFolds
    from tadamun.rooms.stories.room import ROOM as STORIES
    from tadamun.rooms.talk import actions as talk
    from tadamun.rooms.talk.bodies import Thread
    from tadamun.rooms.talk.posts import TalkPosts
    from tadamun.rooms.talk.room import ROOM as TALK

    def facts(tables: Tables, members: Callable[[str], Mapping[str, int]]) -> Facts:
        return Facts(names=PeopleNames(tables, members), folds=SafetyFolds(tables), posts=TalkPosts(tables))

    def introduce(name: str, pronouns: str, languages: Sequence[str], about: str) -> Saying:
        return people.profile(1, name, pronouns, languages, about)

    def post(title: str, text: str) -> Saying:
        return talk.post(Thread(text=text, title=title), Audience())

    return Parts(rooms=(PEOPLE, TALK, AID, GATHERINGS, STORIES, SAFETY), facts=facts, introduce=introduce, post=post)


def vault_at(home: Path, passphrase: str) -> tuple[Vault, str]:
    """The vault in `home`, opened, and the spelling that opened it: the one typed, else the one a passphrase of words
    was made in. Raises VaultError."""
    from tadamun.store.vault import Vault

    return as_spelled(passphrase, lambda spelling: (Vault.open(home, spelling), spelling))


def as_spelled(passphrase: str, act: Callable[[str], T]) -> T:
    """Do it with the passphrase as it was typed, else as it was made. Raises WrongPassphrase if neither is right."""
    from tadamun.i18n.passphrases import spellings

    typed, *made = spellings(passphrase)
    try:
        return act(typed)
    except WrongPassphrase:
        if not made:
            raise
    return act(made[0])


def second_vault(vault: Vault, passphrase: str, new: str, what: str) -> None:
    """Make one in the other slot of an open vault, or noise of it: see web.house.Doors.second."""
    from tadamun.store import second

    if what:
        as_spelled(passphrase, lambda old: second.make(vault, old, new, destroys=what == "destroys"))
    else:
        as_spelled(passphrase, vault.mine)
        second.remove(vault)


@asynccontextmanager
async def node_at(
    home: Path,
    passphrase: str,
    given: Given | None,
    online: bool = True,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> AsyncIterator[Node]:
    """The node whose vault is in `home`, with its tasks. Raises VaultError.

    given: what the command line says of how it is reached; what it leaves open is as was chosen before and kept in the
    vault. None: it is not reached at all. online: carriers run. report: told, in a thread, how many of how many events
    are put into tables that an update made anew; what it raises comes out, and nothing has changed then.
    """
    from tadamun.crypto.random import SystemRandom
    from tadamun.node.calls_reach import kept
    from tadamun.node.node import Node
    from tadamun.node.outward import Given, Reach
    from tadamun.node.preparing import prepared
    from tadamun.node.running import running
    from tadamun.store.wire import WireStore

    clock, random = SystemClock(), SystemRandom()
    leave_no_core()
    with vault_at(home, passphrase)[0] as vault:
        wire = WireStore.open(vault.wire_path, vault.wire_key(), clock, random)
        try:
            reach = Reach() if given is None else given.over(kept(vault.read))
            must = given is not None and given.listen is not None
            make = partial(
                Node,
                vault,
                wire,
                parts(),
                clock,
                random,
                reach=reach,
                given=given or Given(),
                online=online,
                must_listen=must,
            )
            node = await prepared(lambda told: make(report=told), report)
            async with running(node):
                yield node
        finally:
            await wire.close()


class Hands:
    """Implements cli.service.Hands."""

    def create(self, home: Path, passphrase: str, language: str) -> None:
        from tadamun.crypto.random import SystemRandom
        from tadamun.store import meta
        from tadamun.store.vault import Vault

        with Vault.create(home, passphrase, SystemRandom()) as vault, vault.write() as tx:
            meta.put_text(tx, "language", language)

    def change(self, home: Path, old: str, new: str) -> None:
        vault, old = vault_at(home, old)
        with vault:
            vault.change_passphrase(old, new)

    def second(self, home: Path, passphrase: str, new: str, what: str) -> None:
        vault, passphrase = vault_at(home, passphrase)
        with vault:
            second_vault(vault, passphrase, new, what)

    @asynccontextmanager
    async def open(self, home: Path, passphrase: str, online: bool) -> AsyncIterator[Node]:
        async with node_at(home, passphrase, None, online) as node:
            yield node
            await node.desk.deliver()

    async def up(self, wanted: Up, ready: Tell) -> None:
        from tadamun.node import door, doorway
        from tadamun.node.outward import Given

        given = Given(
            listen=host_and_port(wanted.listen),
            peers=tuple(wanted.peers),
            lan=wanted.lan,
            advertise=tuple(wanted.advertise),
        )
        if wanted.pages:
            await up_with_pages(wanted, given, self, ready)
            return
        async with node_at(wanted.home, wanted.passphrase, given) as node:
            with doorway.opened(wanted.home) as listening:
                # Whoever asks from now on waits at the socket until `serve` comes to them.
                ready(await summary(node))
                await door.serve(listening, without_pages(node), node.count)

    async def keep(self, home: Path, listen: str, ready: Tell) -> None:
        import asyncio

        from tadamun.crypto.random import SystemRandom
        from tadamun.node.keeper import keeping

        async with keeping(home, host_and_port(listen) or ("127.0.0.1", 0), SystemClock(), SystemRandom()) as bound:
            ready({"listening": bound})
            await asyncio.get_running_loop().create_future()

    async def demo(self, narrate: Callable[[str], None]) -> bool:
        from tadamun.cli.demo.play import play
        from tadamun.crypto.random import SystemRandom

        return await play(narrate, SystemClock(), SystemRandom())


def leave_no_core() -> None:
    """A crash writes no picture of the memory, with all keys in it, to the disk: not for this process or its children.

    1 byte, not 0: where dumps are handed to a program (core_pattern with a pipe), Linux heeds no other limit.
    """
    import resource

    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    least = 1 if hard == resource.RLIM_INFINITY or hard >= 1 else hard
    resource.setrlimit(resource.RLIMIT_CORE, (least, least))


async def summary(node: Node) -> dict[str, Any]:
    """What `up` tells when it is ready."""
    spaces, peers = await node.call("space.list", {}), await node.call("peers.list", {})
    return {"listening": node.listening, "spaces": spaces, "peers": peers, "lan": node.reach.lan}


def without_pages(node: Node) -> Callable[[str, Mapping[str, Any]], Awaitable[Any]]:
    """The node's calls; whoever asks for its pages is told that it has none."""

    async def asked(name: str, params: Mapping[str, Any]) -> Any:
        if name == PAGES_LINK:
            raise UsageError("This node runs without its pages. Stop it, and start it with `tadamun up` to have them.")
        return await node.call(name, params)

    return asked


async def up_with_pages(wanted: Up, given: Given, hands: Hands, ready: Tell) -> None:
    """The house: its pages and its socket all the time, a node while it is open."""
    from tadamun.node import doorway
    from tadamun.web import anew
    from tadamun.web.address import make_folder

    make_folder(wanted.home)
    with doorway.opened(wanted.home) as socket:  # first: of two that start at once only one gets to the rest
        listening = await keep_house(wanted, given, hands, ready, socket)
    anew.begin(listening)


async def keep_house(wanted: Up, given: Given, hands: Hands, ready: Tell, socket: Socket) -> Socket:
    """The same, once its socket for commands is there. Ends when the house was locked, with the pages' open socket."""
    import asyncio

    from tadamun.cli.settings import keep_language, saved_language
    from tadamun.crypto.random import SystemRandom
    from tadamun.node import door
    from tadamun.node.together import together
    from tadamun.store.vault import Vault
    from tadamun.web import anew
    from tadamun.web.address import Address
    from tadamun.web.assemble import assemble
    from tadamun.web.house import Doors, State
    from tadamun.web.serve import serve
    from tadamun.web.site import Saved

    clock, random, home = SystemClock(), SystemRandom(), wanted.home
    running: list[Node] = []  # the one that runs, while one does

    def create(passphrase: str, language: str) -> None:
        try:
            hands.create(home, passphrase, language)
        except OSError as error:
            raise VaultError(
                "The folder {folder} cannot be written. No vault was made. Choose another with --home.",
                folder=str(home),
            ) from error
        keep_language(home, language)

    async def change(old: str, new: str) -> None:
        vault = running[0].vault
        await asyncio.to_thread(as_spelled, old, lambda spelling: vault.change_passphrase(spelling, new))

    async def second(passphrase: str, new: str, what: str) -> None:
        await asyncio.to_thread(second_vault, running[0].vault, passphrase, new, what)

    @asynccontextmanager
    async def opened(passphrase: str, report: Callable[[int, int], None]) -> AsyncIterator[Node]:
        async with node_at(home, passphrase, given, report=report) as node:
            running.append(node)
            try:
                yield node
            finally:
                running.clear()

    doors = Doors(lambda: Vault.exists(home), create, opened, change, second)
    handed = anew.handed()
    address = Address(home, clock, random, handed)
    listening = anew.kept(address.listening)
    language = Saved(lambda: saved_language(home), lambda tag: keep_language(home, tag))
    pages = assemble(doors, address, room_pages(), ROOM_PAGES, clock, random, time.monotonic, language)
    house = pages.house

    async def asked(name: str, params: Mapping[str, Any]) -> Any:
        return {"link": pages.links.new()} if name == PAGES_LINK else await house.call(name, params)

    async def begin() -> None:
        if handed is not None:  # the person has been told everything, and wants it locked
            await asyncio.get_running_loop().create_future()
        if wanted.passphrase and house.state is State.LOCKED:
            await house.unlock(wanted.passphrase)
        told = await summary(running[0]) if running else {}
        ready({"state": house.state.value, "pages": pages.links.new(), **told})
        await asyncio.get_running_loop().create_future()

    emptied = asyncio.Event()
    house.emptied = emptied.set

    async def until_locked() -> None:
        await emptied.wait()

    await together(
        until_locked(),
        house.run(),
        pages.watch(),
        begin(),
        serve(pages.app, address.listening),
        door.serve(socket, asked, lambda reason: None),
    )
    return listening


def room_pages() -> tuple[Page, ...]:
    """Every room's pages."""
    import importlib

    return tuple(page for package in ROOM_PAGES for page in importlib.import_module(f"{package}.web").PAGES)


def host_and_port(text: str) -> tuple[str, int] | None:
    """`host:port`, `[v6]:port` or `:port` (already checked by the command line); "" for none."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def command_line() -> None:
    """The entry point of `tadamun`."""
    build(COMMANDS, Hands()).main()


if __name__ == "__main__":
    command_line()
