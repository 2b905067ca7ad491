"""`tadamun safety report` and what follows: a case from the report to its end, for everybody who has a part in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from tadamun.cli.common import N_, Here, _, ask, command, name, paint, paragraph, say, short, show
from tadamun.i18n import formats
from tadamun.rooms.safety import words
from tadamun.rooms.safety.cli_own import safety

case_argument = click.argument("case", metavar="CASE", help=N_("The case, by at least four characters of its number."))
words_argument = click.argument("said", metavar="WORDS", help=N_("What you say."))
words_option = click.option("--words", "said", default="", help=N_("What you say with it."))


@command(
    "report",
    help=N_("Report a post to those who moderate. Whoever wrote it is asked, and not told who reported it."),
    example='tadamun safety report 3f2a --why "It is aimed at somebody here"',
    under=safety,
)
@click.argument("post", metavar="ID", help=N_("The post, by at least the first four characters of its id."))
@click.option("--why", default="", help=N_("What is wrong with it."))
def report(here: Here, post: str, why: str) -> None:
    def human(it: dict[str, Any]) -> str:
        readers = formats.listed([one["name"] for one in it["readers"]])
        return say("Reported, as case {case}. Read by: {names}", case=short(it["case"]), names=readers)

    show(here, ask(here, "safety.report", {"space": here.space, "post": post, "why": why}, sends=True), human)


@command("cases", help=N_("The cases that concern you."), example=("tadamun safety cases",), under=safety)
def cases(here: Here) -> None:
    def human(it: dict[str, Any]) -> Iterator[str]:
        if not it["cases"]:
            yield _("There is nothing here.")
        for one in it["cases"]:
            yield "  ".join(_head(here, one))

    show(here, ask(here, "safety.cases", {"space": here.space}), human)


@command("case", help=N_("Show one case."), example="tadamun safety case 81c4", under=safety)
@case_argument
def case(here: Here, case: str) -> None:
    show(here, ask(here, "safety.case", {"space": here.space, "case": case}), lambda it: _whole(here, it))


@command(
    "question",
    help=N_("As a moderator: ask whoever wrote what was reported. Nothing is decided before they could answer."),
    example='tadamun safety question 81c4 "How was that meant?" --days 3',
    under=safety,
)
@case_argument
@words_argument
@click.option("--days", type=click.IntRange(1, 30), default=3, help=N_("How many days they have."))
def question(here: Here, case: str, said: str, days: int) -> None:
    asked = {"space": here.space, "case": case, "words": said, "days": days}
    show(
        here,
        ask(here, "safety.ask", asked, sends=True),
        lambda it: say("Asked. There is time to answer until {when}.", when=formats.date(it["until"])),
    )


@command(
    "answer",
    help=N_("Answer the moderators about something you wrote."),
    example='tadamun safety answer 81c4 "I am sorry"',
    under=safety,
)
@case_argument
@words_argument
def answer(here: Here, case: str, said: str) -> None:
    asked = {"space": here.space, "case": case, "words": said}
    show(here, ask(here, "safety.answer", asked, sends=True), lambda it: _("Your answer is with the moderators."))


@command(
    "decide",
    help=N_("As a moderator: decide a case. hidden takes the post down; nothing is possible at any time."),
    example='tadamun safety decide 81c4 warned --words "Please do not"',
    under=safety,
)
@case_argument
@click.argument("decision", type=click.Choice(("nothing", "warned", "hidden")))
@words_option
def decide(here: Here, case: str, decision: str, said: str) -> None:
    def human(it: dict[str, Any]) -> str:
        if it["hidden"]:
            return _("It is decided, and the post is taken down. Who read it may remember it.")
        return _("It is decided. Whoever was asked about it is told, and so is who reported it.")

    asked = {"space": here.space, "case": case, "decision": decision, "words": said}
    show(here, ask(here, "safety.decide", asked, sends=True), human)


@command(
    "appeal",
    help=N_("Have others judge anew: other moderators (stewards), or members drawn by lot (panel)."),
    example='tadamun safety appeal 81c4 panel "It was a joke among friends"',
    under=safety,
)
@case_argument
@click.argument("to", type=click.Choice(("stewards", "panel")))
@words_argument
def appeal(here: Here, case: str, to: str, said: str) -> None:
    def human(it: dict[str, Any]) -> str:
        return say("Judged anew by: {names}", names=formats.listed([one["name"] for one in it["judges"]]))

    asked = {"space": here.space, "case": case, "to": to, "words": said}
    show(here, ask(here, "safety.appeal", asked, sends=True), human)


@command(
    "judge",
    help=N_("As one of those who judge an appeal: whether the decision holds."),
    example='tadamun safety judge 81c4 uphold --words "It hurt people"',
    under=safety,
)
@case_argument
@click.argument("vote", type=click.Choice(("uphold", "reverse", "aside")))
@words_option
def judge(here: Here, case: str, vote: str, said: str) -> None:
    asked = {"space": here.space, "case": case, "vote": vote, "words": said}
    show(here, ask(here, "safety.judge", asked, sends=True), lambda it: _(words.OUTCOMES[it["outcome"]]))


@command(
    "close",
    help=N_("As a moderator: nothing more is to be done with a case."),
    example="tadamun safety close 81c4",
    under=safety,
)
@case_argument
@words_option
def close(here: Here, case: str, said: str) -> None:
    asked = {"space": here.space, "case": case, "words": said}
    show(here, ask(here, "safety.close", asked, sends=True), lambda it: _("The case is closed."))


@command(
    "noted",
    help=N_("Remember on this computer that you read what was decided."),
    example="tadamun safety noted 81c4",
    under=safety,
)
@case_argument
def noted(here: Here, case: str) -> None:
    asked = {"space": here.space, "case": case}
    show(here, ask(here, "safety.seen", asked), lambda it: _("It is noted on this computer that you read it."))


def _head(here: Here, it: dict[str, Any]) -> Iterator[str]:
    yield short(it["case"])
    yield (
        _("About something you wrote")
        if it["role"] == "about"
        else say("About something by {name}", name=name(it["about_name"]))
    )
    yield paint(here, _(words.STAGES[it["stage"]]), dim=True)
    if it["may"]:
        yield paint(here, _("your turn"), colour="yellow")


def _whole(here: Here, it: dict[str, Any]) -> Iterator[str]:
    yield "  ".join(_head(here, it))
    if it["until"]:
        yield say("Time until {when}", when=formats.date(it["until"]))
    yield from paragraph(here, it["text"], "  ")
    if it["by"]:
        yield say("Reported by {name}", name=name(it["by"]))
        yield from paragraph(here, it["why"], "  ")
    for title, one in (
        (_("What the moderators ask"), it["asked"]),
        (_("The answer"), it["answer"]),
        (_("The decision"), it["decided"]),
        (_("The appeal"), it["appeal"]),
        (_("Closed"), it["closed"]),
    ):
        if one:
            yield paint(here, title, bold=True)
            if one.get("decision"):
                yield "  " + _(words.DECISIONS[one["decision"]])
            yield from paragraph(here, one["words"], "  ")
    if it["appeal"]:
        for judge in it["appeal"]["judges"]:
            yield f"  {name(judge['name'])}  {_(words.VOTES[judge['vote']])}"
            yield from paragraph(here, judge["words"], "    ")
        yield _(words.OUTCOMES[it["appeal"]["outcome"]])
        if not it["appeal"]["drawn_rightly"]:
            yield paint(
                here, _("The draw does not follow from what was said here. Do not go by this panel."), colour="red"
            )
