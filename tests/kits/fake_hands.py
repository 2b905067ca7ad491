"""A command line with fake hands: what the commands ask of the node is recorded, what it answers is given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tadamun.cli.app import App, build
from tadamun.cli.service import Service, Tell, Up
from tadamun.core.errors import LocalError, VaultError

PASSPHRASE = "horse battery staple"
ID = "3fa9c2d1" + "0" * 56

# What the node answers, in the shapes of the calls.
ANSWERS: dict[str, Any] = {
    "space.new": {"space": ID, "name": "Beirut Circle"},
    "space.list": [{"space": ID, "name": "حلقة بيروت", "members": 3, "me": ID, "status": "member"}],
    "space.charter": {
        "invite": 50,
        "admit": 50,
        "write": 0,
        "remove": 50,
        "amend": 100,
        "history": "joining",
        "newcomer_days": 3,
    },
    "invite.new": {
        "link": "tadamun:join#" + "A" * 280,
        "key": ID,
        "uses": 1,
        "expires": 1_800_000_000,
        "leads_to": ["ws://192.168.1.20:7447"],
    },
    "invite.list": [{"key": ID, "level": 10, "left": 2, "expires": 1_800_000_000}],
    "invite.revoke": {},
    "join": {"space": ID, "name": "Beirut Circle"},
    "people.list": [
        {
            "member": ID,
            "name": "Nour",
            "pronouns": "she/her",
            "languages": [],
            "about": "",
            "level": 100,
            "me": True,
            "newcomer": True,
            "newcomer_until": 1_800_000_000,
            "verified": False,
        },
        {
            "member": "b" * 64,
            "name": "سام",
            "pronouns": "",
            "languages": ["ar"],
            "about": "",
            "level": 7,
            "me": False,
            "newcomer": False,
            "newcomer_until": 0,
            "verified": True,
        },
    ],
    "members.remove": {"done": True, "proposal": ID, "standstill": False},
    "members.level": {"done": False, "proposal": ID},
    "members.leave": {},
    "space.amend": {"done": True, "proposal": ""},
    "acts.list": [{"id": ID, "what": "remove Sam", "by": "Nour", "signed": 1, "needed": 2}],
    "acts.cosign": {"done": False},
    "devices.list": [
        {"device": ID, "member": ID, "name": "Nour", "live": True, "this": True},
        {"device": "c" * 64, "member": ID, "name": "Nour", "live": False, "this": False},
    ],
    "devices.add": {"link": "tadamun:device#BBBB", "leads_to": ["ws://192.168.1.20:7447"]},
    "devices.links": [{"key": ID, "made": 1_800_000_000, "expires": 1_800_003_600}],
    "devices.withdraw": {"key": ID},
    "space.forget": {
        "space": ID,
        "name": "حلقة بيروت",
        "sentences": [
            {"id": "stays", "message": "Copies on other members' devices stay: this node cannot reach into them."}
        ],
    },
    "node.wipe": {"wiped": True, "sentences": []},
    "devices.revoke": {"done": True, "proposal": ""},
    "peers.list": [{"address": "ws://127.0.0.1:7447", "state": "live", "what": "typed"}],
    "peers.add": {},
    "peers.remove": {},
    "node.status": {
        "node": {"pid": 7, "uptime": 90, "listening": ["ws://0.0.0.0:7447"], "version": "0.1.0", "language": "en"},
        "spaces": [
            {
                "space": ID,
                "name": "Beirut",
                "members": 3,
                "level": 50,
                "epoch": ID,
                "status": "member",
                "connected": [{"address": "ws://10.0.0.2:7447", "what": "live"}],
                "peers": [
                    {"address": "ws://10.0.0.2:7447", "what": "live"},
                    {"address": "ws://10.0.0.3:7447", "what": "waiting"},
                ],
                "cannot_sign": ["Nour"],
                "alerts": [{"message": "{name} is not back.", "arguments": {"name": "Nour"}, "urgent": True}],
                "alarms": 1,
                "waiting": 0,
                "outbox": 2,
                "parked": 0,
            }
        ],
        "counters": {"malformed": 1_234},
        "stored": {"vault_bytes": 1_500_000, "wire_bytes": 400},
    },
    "node.doctor": {"checks": [{"name": "clock", "ok": True, "message": "Nothing was done.", "arguments": {}}]},
    "node.rebuild": {"events": 12, "same": True},
    "node.export": {"path": "/tmp/x.jsonl", "events": 5},
    "node.import": {"imported": 2, "skipped": [{"line": 3, "why": "it is not JSON"}]},
}


class Fake:
    """Implements Service and Hands. asked: every call; acts: what was done that is no call."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.acts: list[tuple[Any, ...]] = []
        self.answers = dict(ANSWERS)
        self.passphrase = PASSPHRASE
        self.opened: list[bool] = []  # online or not, each time the vault was opened here
        self.fails: list[BaseException] = []  # raised by the next openings, in order
        self.good = True
        self.runs: Callable[[], Awaitable[None]] | None = None  # what up and keep do after telling that they are ready

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        self.asked.append((name, dict(params)))
        answer = self.answers[name]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def create(self, home: Path, passphrase: str, language: str) -> None:
        self.acts.append(("create", home, passphrase, language))

    def change(self, home: Path, old: str, new: str) -> None:
        self._check(old)
        self.acts.append(("change", home, old, new))

    def second(self, home: Path, passphrase: str, new: str, what: str) -> None:
        self._check(passphrase)
        self.acts.append(("second", home, passphrase, new, what))

    @asynccontextmanager
    async def open(self, home: Path, passphrase: str, online: bool) -> AsyncIterator[Service]:
        if self.fails:
            raise self.fails.pop(0)
        self._check(passphrase)
        self.opened.append(online)
        yield self

    async def up(self, wanted: Up, ready: Tell) -> None:
        self._check(wanted.passphrase)
        self.acts.append(("up", wanted))
        ready(
            {
                "listening": ["ws://0.0.0.0:7447"],
                "spaces": self.answers["space.list"],
                "peers": self.answers["peers.list"],
                "lan": wanted.lan is not False,
            }
        )
        if self.runs is not None:
            await self.runs()

    async def keep(self, home: Path, listen: str, ready: Tell) -> None:
        self.acts.append(("keep", home, listen))
        ready({"listening": ["ws://0.0.0.0:7447"]})
        if self.runs is not None:
            await self.runs()

    async def demo(self, narrate: Callable[[str], None]) -> bool:
        narrate("Nour founds a space.")
        return self.good

    def _check(self, passphrase: str) -> None:
        if passphrase != self.passphrase:
            raise VaultError("The passphrase is not right. Nothing was opened. Try again.")


class Terminal:
    """A person's commands: `run("join", link)` as they would be typed, in a home of their own."""

    def __init__(self, folder: Path, rooms: Mapping[str, str] | None = None) -> None:
        self.home = folder / "home"
        self.home.mkdir(mode=0o700)
        secret = folder / "passphrase"
        secret.touch(mode=0o600)
        secret.write_text(PASSPHRASE + "\n")
        self.fake = Fake()
        self.app: App = build(rooms or {}, self.fake)
        # The environment is given whole, so that the tests do not depend on who runs them.
        self.environment: dict[str, str | None] = {
            "TADAMUN_HOME": str(self.home),
            "TADAMUN_PASSPHRASE_FILE": str(secret),
            **dict.fromkeys(("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR")),
        }

    def run(self, *typed: str, typing: str | None = None, **environment: str | None) -> Result:
        return CliRunner().invoke(self.app, typed, input=typing, env={**self.environment, **environment})

    def answer(self, call: str, answer: Any) -> None:
        self.fake.answers[call] = answer

    def refuse(self, call: str, error: LocalError) -> None:
        self.fake.answers[call] = error
