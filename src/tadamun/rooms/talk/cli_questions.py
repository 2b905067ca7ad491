"""`tadamun ask`, `questions`, `let-go`: asking without one's name from a terminal."""

from __future__ import annotations

from typing import Any

import click

from tadamun.cli.common import LENGTH, N_, Here, _, ask, command, name, paint, say, say_count, short, show
from tadamun.i18n import formats
from tadamun.rooms.talk.cli import post_argument, text_argument, typed, warning_option


@command(
    "ask",
    help=N_(
        "Ask the space something without your name.\n\nIt goes out at a random time within the length given, if Tadamun"
        " runs then. Members see how many of them may have asked, and nobody can tell which. How you write can give you"
        " away all the same."
    ),
    example=('tadamun ask "How did you tell your parents?" --topic coming-out', "tadamun ask - --within 1d"),
)
@text_argument
@click.option("--title", default="", help=N_("What the thread is called."))
@click.option("--topic", "topics", multiple=True, help=N_("What it is about; may be repeated."))
@warning_option
@click.option(
    "--within", type=LENGTH, default="6h", show_default=True, metavar="LENGTH", help=N_("How late it may go out.")
)
def ask_(here: Here, text: str, title: str, topics: tuple[str, ...], warning: str | None, within: int) -> None:
    asked = {
        "space": here.space,
        "text": typed(text),
        "title": title,
        "topics": list(topics),
        "warning": warning or "",
        "within": within,
    }

    def human(it: dict[str, Any]) -> str:
        return say(
            "Kept, as {id}. It goes out within {length}; you are one of {ring} who may have asked.",
            id=short(it["id"]),
            length=formats.span(it["within"]),
            ring=formats.number(it["ring"]),
        )

    show(here, ask(here, "talk.ask", asked, sends=True), human)


@command(
    "questions",
    help=N_("Whether you can ask without your name, and what you asked on this device."),
    example="tadamun questions",
)
def questions(here: Here) -> None:
    def human(it: dict[str, Any]) -> list[str]:
        if it["ring"] < it["least"]:
            lines = [
                say(
                    "{ring} members could have asked, and it takes {least} to hide among: you cannot ask yet.",
                    ring=formats.number(it["ring"]),
                    least=formats.number(it["least"]),
                )
            ]
        elif not it["ready"]:
            lines = [_("This device has no key for this month yet. Keep Tadamun running, and look again later.")]
        else:
            one_of = say("You would be one of {ring} who may have asked.", ring=formats.number(it["ring"]))
            left = say_count(
                "You can ask {count} more time this month.", "You can ask {count} more times this month.", it["left"]
            )
            lines = [one_of, left]
        for one in it["mine"]:
            words = name(one["title"] or one["text"]) if one["out"] else _("(has not gone out yet)")
            lines.append(f"{short(one['id'])}  {paint(here, words, bold=one['out'])}")
        return lines

    show(here, ask(here, "talk.questions", {"space": here.space}), human)


@command(
    "let-go",
    help=N_(
        "Destroy the key of a question you asked. You can add nothing to it any more, and nothing here says that it was"
        " yours; what has not gone out is not sent."
    ),
    example="tadamun let-go 3fa9c2d1",
)
@post_argument
def let_go(here: Here, post: str) -> None:
    done = ask(here, "talk.let_go", {"space": here.space, "post": post}, sends=True)
    show(here, done, lambda it: _("Its key is destroyed. If you answer there now, it is under your name."))
