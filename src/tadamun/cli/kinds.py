"""Kinds of things that people type to commands: lengths of time, addresses, roles.

This file does not know any command.
"""

from __future__ import annotations

import re
from typing import Any, Final

import click

from tadamun.core.words import N_
from tadamun.i18n.words import _, say

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LENGTH: Final = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)
_LISTEN: Final = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:.%\w]+\]|[\w.-]+)?:)?(?P<port>\d{1,5})", re.ASCII)
_PEER: Final = re.compile(r"wss?://[\x21-\x7e]{1,200}")
_REACHABLE: Final = re.compile(
    r"wss?://(?:\[[0-9a-fA-F:.]+\]|(?![\w.-]+\.onion\b)[\w.-]{1,180})(?::(?P<port>\d{1,5}))?/?", re.ASCII
)

# docs/protocol/2-control.md, rule 1; the words are the glossary's.
ROLES: Final[dict[str, int]] = {
    N_("founder"): 100,
    N_("steward"): 50,
    N_("moderator"): 20,
    N_("member"): 10,
    N_("newcomer"): 0,
}


class Length(click.ParamType[int]):
    """A length of time, `7d`, as seconds."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = _LENGTH.fullmatch(str(value))
        if found is None:
            self.fail(say("{value} is no length of time. Write 30m, 12h, 7d or 2w.", value=str(value)), param, ctx)
        return int(found[1]) * _UNITS[found[2]]


class Role(click.ParamType[int]):
    """A role's name, in English or in the current language, or a level from 0 to 100; as the level."""

    name = "role"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        wanted = _plain(str(value))
        for role, level in ROLES.items():
            if wanted in (role, _plain(_(role))):
                return level
        if not (wanted.isascii() and wanted.isdigit() and int(wanted) <= 100):
            told = say("{value} is no role. Write steward, moderator, member, newcomer, or 0 to 100.", value=str(value))
            self.fail(told, param, ctx)
        return int(wanted)


class Listen(click.ParamType[str]):
    """Where to accept peers: `host:port`, `[v6]:port`, or a port alone (then on every interface)."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found = _LISTEN.fullmatch(str(value))
        if found is None or int(found["port"]) > 65_535:
            self.fail(say("{value} is no address to listen on. Write 0.0.0.0:7447.", value=str(value)), param, ctx)
        return f"{found['host'] or '0.0.0.0'}:{int(found['port'])}"  # noqa: S104 - asked for by the person


class Peer(click.ParamType[str]):
    """A peer's address: `ws://host:port` or `wss://…`."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if _PEER.fullmatch(str(value)) is None:
            self.fail(say("{value} is no address of a peer. Write ws://host:7447.", value=str(value)), param, ctx)
        return str(value)


class Reachable(Peer):
    """Where others reach this node: a peer's address of a host and a port alone, as members go to no other."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = super().convert(value, param, ctx)
        found = _REACHABLE.fullmatch(text)
        if found is None or int(found["port"] or 1) not in range(1, 65_536):
            self.fail(say("{value} is no address to tell. Write ws://name.example.org:7447.", value=text), param, ctx)
        return text


LENGTH: Final = Length()
ROLE: Final = Role()
LISTEN: Final = Listen()
PEER: Final = Peer()
REACHABLE: Final = Reachable()


def role_name(level: int) -> str:
    """The role's name in the current language, or the level's number where it has no name."""
    for role, at in ROLES.items():
        if at == level:
            return _(role)
    return say("level {level}", level=level)


def _plain(text: str) -> str:
    """Without case, spaces around, and the shadda and other marks that few type."""
    return "".join(sign for sign in text.strip().casefold() if not "\u064b" <= sign <= "\u0652")
