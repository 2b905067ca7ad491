"""Calls about how this person wants to be shown things: language, digits, calendar, looks, quiet, idle lock.

Kept in the vault, hence unknown while it is locked; what must be known before that (the language alone) is whoever
opens the vault's to keep beside it. This file does not know what a page makes of any of it.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

import msgspec

from tadamun.core.ports import Tables
from tadamun.node.calls_spaces import Nothing
from tadamun.node.workbench import Bench, Call
from tadamun.store import meta
from tadamun.store import second as store_second

LANGUAGE: Final = "language"  # a BCP 47 tag, as `init` wrote it
KEPT: Final = "preferences"
_TAG: Final = re.compile(r"(?P<code>[a-z]{2,3})(?:-(?P<region>[A-Z]{2}|[0-9]{3}))?(?:-u-nu-(?P<digits>[a-z]{4}))?")

Code = Literal["ar", "en"]
Digits = Literal["", "latn", "arab"]
Region = Annotated[str, msgspec.Meta(pattern=r"\A(?:[A-Z]{2}|[0-9]{3})?\Z")]
Theme = Literal["auto", "light", "dark", "contrast"]
TextSize = Literal[90, 100, 115, 130, 150, 175, 200]
Panic = Literal["lock", "wipe"]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=24 * 60)]


class Looks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """theme: "auto" follows the system. text_size: percent. discreet: plain title and looks. notify: tell of what is
    new, never with its content. lock_minutes: of idleness until the pages lock; 0: never by themselves. panic: what the
    shortcut for the worst moment does, locking or destroying everything."""

    theme: Theme = "auto"
    text_size: TextSize = 100
    discreet: bool = False
    notify: bool = False
    lock_minutes: Minutes = 15
    panic: Panic = "lock"


class Prefer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it was. digits "": those of the region. region: ISO 3166 or UN M.49; "": none."""

    language: Code | None = None
    digits: Digits | None = None
    region: Region | None = None
    theme: Theme | None = None
    text_size: TextSize | None = None
    discreet: bool | None = None
    notify: bool | None = None
    lock_minutes: Minutes | None = None
    panic: Panic | None = None


async def preferences(bench: Bench, asked: Nothing) -> dict[str, Any]:
    """All of them: {language, digits, region, tag, theme, text_size, discreet, notify, lock_minutes, panic}."""
    return _shown(bench.node.vault.read)


async def second(bench: Bench, asked: Nothing) -> dict[str, Any]:
    """What was made of the vault's other slot, as far as this vault knows: {second: ""|"opens"|"destroys"}."""
    return {"second": store_second.known(bench.node.vault)}


async def prefer(bench: Bench, asked: Prefer) -> dict[str, Any]:
    """Change what is given; gives all of them, as they are now."""
    wanted = {name: value for name, value in msgspec.to_builtins(asked).items() if value is not None}
    async with bench.node.desk.lock:
        with bench.node.vault.write() as tx:
            speech = _speech(tx) | {name: wanted.pop(name) for name in ("language", "digits", "region") & wanted.keys()}
            meta.put_text(tx, LANGUAGE, _tag(speech))
            meta.put(tx, KEPT, msgspec.json.encode(msgspec.structs.replace(_looks(tx), **wanted)))
    return _shown(bench.node.vault.read)


def _shown(tables: Tables) -> dict[str, Any]:
    speech = _speech(tables)
    return {**speech, "tag": _tag(speech), **msgspec.to_builtins(_looks(tables))}


def _looks(tables: Tables) -> Looks:
    """What was chosen; of a row that another version wrote, nothing rather than an error at every page."""
    kept = meta.get(tables, KEPT)
    try:
        return Looks() if kept is None else msgspec.json.decode(kept, type=Looks)
    except msgspec.DecodeError:
        return Looks()


def _speech(tables: Tables) -> dict[str, str]:
    found = _TAG.fullmatch(meta.text(tables, LANGUAGE, "en"))
    if found is None or found["code"] not in ("ar", "en"):
        return {"language": "en", "digits": "", "region": ""}
    return {"language": found["code"], "digits": found["digits"] or "", "region": found["region"] or ""}


def _tag(speech: dict[str, str]) -> str:
    region = f"-{speech['region']}" if speech["region"] else ""
    digits = f"-u-nu-{speech['digits']}" if speech["digits"] else ""
    return speech["language"] + region + digits


CALLS = {
    "node.preferences": Call(Nothing, preferences),
    "node.prefer": Call(Prefer, prefer),
    "node.second": Call(Nothing, second),
}
