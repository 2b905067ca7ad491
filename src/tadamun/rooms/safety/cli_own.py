"""`tadamun safety`: whom one mutes or blocks, and the words one filters. Known to this computer alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from tadamun.cli.common import N_, Here, UsageError, _, ask, command, name, paint, say, show

member_argument = click.argument("member", metavar="NAME", help=N_("A name, or the beginning of an id."))


@command(
    "safety",
    help=N_("Whom you mute or block, the words you filter, and reports."),
    example=("tadamun safety", 'tadamun safety mute "Sam"', 'tadamun safety filter "spider"'),
    family=True,
)
def safety(here: Here) -> None:
    def human(it: dict[str, Any]) -> Iterator[str]:
        for one in it["members"]:
            told = _("blocked") if one["how"] == "block" else _("muted")
            yield paint(here, name(one["name"]), bold=True) + "  " + told
        for word in it["words"]:
            yield say("A word you filter: {word}", word=word)
        if not it["members"] and not it["words"]:
            yield _("You mute and block nobody here, and filter no word.")

    show(here, ask(here, "safety.mine", {"space": here.space}), human)


@command(
    "mute",
    help=N_("Fold what a member writes, on this computer alone. They are not told."),
    example=('tadamun safety mute "Sam"', 'tadamun safety mute "Sam" --undo'),
    under=safety,
)
@member_argument
@click.option("--undo", is_flag=True, help=N_("See them as before."))
def mute(here: Here, member: str, undo: bool) -> None:
    _keep_away(here, member, "" if undo else "mute")


@command(
    "block",
    help=N_("Fold what a member writes, and show none of their direct messages. They are not told."),
    example=('tadamun safety block "Sam"', 'tadamun safety block "Sam" --undo'),
    under=safety,
)
@member_argument
@click.option("--undo", is_flag=True, help=N_("See them as before."))
def block(here: Here, member: str, undo: bool) -> None:
    _keep_away(here, member, "" if undo else "block")


@command(
    "filter",
    help=N_("Fold every post that has a word, in any of its forms, on this computer alone."),
    example=('tadamun safety filter "spider"', 'tadamun safety filter "spider" --undo'),
    under=safety,
)
@click.argument("word", metavar="WORD", help=N_("A word, or a few that stand together."))
@click.option("--undo", is_flag=True, help=N_("Filter it no longer."))
def filter_(here: Here, word: str, undo: bool) -> None:
    if not word.strip():
        raise UsageError("Write the word that is to be folded away.")
    done = ask(here, "safety.filter", {"space": here.space, "word": word, "undo": undo})
    show(
        here,
        done,
        lambda it: (
            say("What has this word is folded from now on: {word}", word=it["word"])
            if it["filtered"]
            else say("You no longer filter this word: {word}", word=it["word"])
        ),
    )


def _keep_away(here: Here, member: str, how: str) -> None:
    def human(it: dict[str, Any]) -> str:
        if it["how"] == "mute":
            return say("What {name} writes is folded here from now on. They are not told.", name=it["name"])
        if it["how"] == "block":
            return say(
                "What {name} writes is folded here, and their direct messages are not shown. They are not told.",
                name=it["name"],
            )
        return say("You see {name} as before.", name=it["name"])

    show(here, ask(here, "safety.keep_away", {"space": here.space, "member": member, "how": how}), human)
