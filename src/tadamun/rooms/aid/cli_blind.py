"""`tadamun aid blind`: asking, offering and helping without a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from tadamun.cli.common import LENGTH, N_, Here, UsageError, _, ask, command, name, paint, paragraph, say, short, show
from tadamun.i18n import formats
from tadamun.rooms.aid.cli_items import aid

within_option = click.option(
    "--within", type=LENGTH, default="2h", metavar="LENGTH", help=N_("It goes out at a random moment in this time.")
)
opening_argument = click.argument("opening", metavar="ID", help=N_("What you asked or answered, by its id."))


@command(
    "blind",
    help=N_(
        "What you asked, or answered, without your name.\n\nTo ask so: tadamun aid ask … --blind. Members see the need"
        " and not the person; names are told when both of two agree. All of it is on this device alone."
    ),
    example=("tadamun aid blind", "tadamun aid blind help 3fa9c2d1 -", "tadamun aid blind show 3fa9c2d1"),
    under=aid,
    family=True,
)
def blind(here: Here) -> None:
    def human(it: dict[str, Any]) -> Iterator[str]:
        if it["offered"]:
            yield say("You would be one of {ring}. Turns left this month: {left}.", ring=it["ring"], left=it["left"])
        elif it["ring"] < it["least"]:
            yield say(
                "It could be one of {ring} here, too few to hide among: it takes {least}.",
                ring=it["ring"],
                least=it["least"],
            )
        else:
            yield _("This device cannot speak without your name yet. Keep it connected and look again later.")
        for one in it["mine"]:
            state = _("On its way") if not one["out"] else say("Keys destroyed {when}", when=formats.date(one["until"]))
            head = paint(here, name(one["title"]), bold=True)
            yield "  ".join([short(one["opening"]), head, _("you help") if one["helping"] else _("you ask"), state])
            if one["talks"] and not one["helping"]:
                yield "  " + say("Answers: {count}", count=one["talks"])

    show(here, ask(here, "aid.blind", {"space": here.space}), human)


@command(
    "help",
    help=N_("Answer to something asked without a name, without yours. Only whoever asked can read it."),
    example='tadamun aid blind help 3fa9c2d1 "I have a sofa"',
    under=blind,
)
@click.argument("item", metavar="ID", help=N_("Their offer or request."))
@click.argument("text", metavar="TEXT", help=N_("What you want to tell them."))
@within_option
def help_(here: Here, item: str, text: str, within: int) -> None:
    asked = {"space": here.space, "item": item, "text": text, "within": within}
    show(here, ask(here, "aid.blind_help", asked, sends=True), lambda it: say("Written, as {id}.", id=short(it["id"])))


@command(
    "show",
    help=N_("Show what was answered, and what you two said."),
    example="tadamun aid blind show 3fa9c2d1",
    under=blind,
)
@opening_argument
def show_one(here: Here, opening: str) -> None:
    def human(it: dict[str, Any]) -> Iterator[str]:
        yield paint(here, name(it["title"]), bold=True)
        for talk in it["talks"]:
            yield ""
            yield "  ".join([short(talk["help"]), who(talk)])
            for one in talk["said"]:
                yield _("You:") if one["mine"] else _("The other:")
                yield from paragraph(here, one["text"] or _("(agrees to tell names)"), "  ")

    show(here, ask(here, "aid.blind_talk", {"space": here.space, "opening": opening}), human)


@command(
    "say",
    help=N_("Say more to the other; with --agree, also that you tell your name if they tell theirs."),
    example=('tadamun aid blind say 3fa9c2d1 "Is it near the port?"', "tadamun aid blind say 3fa9c2d1 --agree"),
    under=blind,
)
@click.argument("talk", metavar="ID", help=N_("Which answer, as `tadamun aid blind show` shows it."))
@click.argument("text", metavar="TEXT", default="", required=False, help=N_("What you want to tell them."))
@click.option("--agree", is_flag=True, help=N_("Tell your name once the other agrees too. It cannot be taken back."))
@click.option(
    "--within", type=LENGTH, default="10m", metavar="LENGTH", help=N_("It goes out at a random moment in this time.")
)
def say_(here: Here, talk: str, text: str, agree: bool, within: int) -> None:
    if not text and not agree:
        raise UsageError("Say something, or --agree.")
    asked = {"space": here.space, "help": talk, "text": text, "agree": agree, "within": within}
    show(here, ask(here, "aid.blind_say", asked, sends=True), lambda it: _("It is on its way."))


@command(
    "end",
    help=N_("Take it back: its keys are destroyed, and every word of it here."),
    example="tadamun aid blind end 3fa9c2d1",
    under=blind,
)
@opening_argument
def end(here: Here, opening: str) -> None:
    asked = {"space": here.space, "opening": opening}
    show(here, ask(here, "aid.blind_end", asked, sends=True), lambda it: _("It is over, and its keys are destroyed."))


def who(talk: dict[str, Any]) -> str:
    """Whom one speaks with, as far as one knows."""
    if talk["name"]:
        if talk["proved"]:
            return say("{name}, and it is proved", name=talk["name"])
        return say("They say they are {name}; it is not proved yet", name=talk["name"])
    if talk["i_agree"]:
        return _("You agreed to tell your names; the other has not yet.")
    if talk["they_agree"]:
        return _("The other agrees to tell names, if you do too.")
    return say("One of {ring} members", ring=talk["ring"])
