"""`tadamun gathering` and what stands under it: calling, listing, showing, changing, cancelling, answering. The rest
stands in cli_care.py and cli_ical.py, which are read at the end."""

from __future__ import annotations

from typing import Any, Final

import click

from tadamun.cli.common import N_, Family, Here, UsageError, _, ask, command, name, paint, paragraph, say, short, show

gathering_argument: Final = click.argument(
    "gathering", metavar="ID", help=N_("The gathering, by at least the first four characters of its id.")
)
_PLAN: Final = (
    click.option("--start", help=N_("When it begins, on the clocks there: 2026-12-05 18:00.")),
    click.option("--end", help=N_("When it ends, written the same way.")),
    click.option("--zone", help=N_("The time zone, such as Asia/Beirut; else the one you used last.")),
    click.option("--day", help=N_("A whole day instead: 2026-12-05.")),
    click.option("--last-day", help=N_("The last of several days.")),
    click.option("--text", help=N_("What people should know.")),
    click.option("--place", help=N_("Where, in rough words. Everyone in the space reads it.")),
    click.option(
        "--topic", "topics", multiple=True, help=N_("What it is: meet-up, protest, march …; may be repeated.")
    ),
    click.option("--capacity", type=click.IntRange(0), help=N_("How many places there are; 0 for no limit.")),
    click.option("--keep-days", type=int, help=N_("How many days after the end it is kept who came.")),
)


def plan_options(function: Any) -> Any:
    for option in reversed(_PLAN):
        function = option(function)
    return function


@command(
    "gathering",
    help=N_("Gatherings: meet-ups, protests, marches. Alone, it lists those to come."),
    example=("tadamun gathering", "tadamun gathering --past", "tadamun gathering --month 2026-12"),
    family=True,
)
@click.option("--past", is_flag=True, help=N_("Those that are over."))
@click.option("--month", default="", metavar="MONTH", help=N_("All of a month, such as 2026-12."))
@click.option("--topic", default="", help=N_("Only of this kind."))
@click.option("--search", default="", metavar="WORDS", help=N_("Only with these words."))
@click.option("--limit", default=50, type=click.IntRange(1, 500), show_default=True, help=N_("How many."))
def gathering(here: Here, past: bool, month: str, topic: str, search: str, limit: int) -> None:
    asked = {
        "space": here.space, "when": "all" if month else "past" if past else "upcoming", "month": month, "topic": topic,
        "search": search, "limit": limit,
    }  # fmt: skip

    def human(it: dict[str, Any]) -> list[str]:
        lines = [line for one in it["gatherings"] for line in (*_head(here, one), "")]
        return lines or [_("No gatherings here. Call one with `tadamun gathering new`.")]

    show(here, ask(here, "gathering.list", asked), human)


assert isinstance(gathering, Family)


@command(
    "new",
    under=gathering,
    help=N_(
        "Call a gathering. Everyone in the space reads it.\n\nWhat recurs is made as so many gatherings of their own,"
        " at the same time on the clocks there, whatever daylight saving does."
    ),
    example=(
        'tadamun gathering new "Tea" --start "2026-12-05 18:00" --zone Asia/Beirut --place "near the sea"',
        'tadamun gathering new "Pride" --day 2027-05-16 --topic march',
    ),
)
@click.argument("title", metavar="TITLE", help=N_("What it is called."))
@plan_options
@click.option(
    "--every", type=click.Choice(["day", "week", "fortnight", "month", "year"]), help=N_("It recurs; with --times.")
)
@click.option("--times", type=int, help=N_("How often it takes place, the first time included."))
def new(here: Here, title: str, **given: Any) -> None:
    asked = {"space": here.space, "title": title, **_given(given)}
    if ("every" in asked) is not ("times" in asked):
        raise UsageError("Say both --every and --times.")
    made = ask(here, "gathering.make", asked, sends=True)
    show(here, made, lambda it: say("Called, as {ids}.", ids=", ".join(short(one) for one in it["ids"])))


@command("show", under=gathering, help=N_("Show one gathering."), example="tadamun gathering show 3fa9")
@gathering_argument
def show_one(here: Here, gathering: str) -> None:
    found = ask(here, "gathering.show", {"space": here.space, "gathering": gathering})

    def human(it: dict[str, Any]) -> list[str]:
        lines = _head(here, it)
        if it["text"]:
            lines += ["", *paragraph(here, it["text"])]
        lines += ["", say("Called by {name}.", name=it["host_name"])]
        if len(it["organisers"]) > 1:
            lines.append(say("Organised by {names}.", names=", ".join(one["name"] for one in it["organisers"])))
        return lines

    show(here, found, human)


@command(
    "change",
    under=gathering,
    help=N_("Plan a gathering otherwise. What is left out stays as it was."),
    example='tadamun gathering change 3fa9 --start "2026-12-05 19:00"',
)
@gathering_argument
@click.option("--title", help=N_("The new title."))
@plan_options
def change(here: Here, gathering: str, **given: Any) -> None:
    new = _given(given)
    if not new:
        raise UsageError("Say what to change.")
    done = ask(here, "gathering.change", {"space": here.space, "gathering": gathering, **new}, sends=True)
    show(here, done, lambda it: _("Changed. Everyone sees it as soon as they are connected."))


@command(
    "cancel",
    under=gathering,
    help=N_("Cancel a gathering, for good: one you organise, or as a moderator any."),
    example='tadamun gathering cancel 3fa9 --reason "it rains"',
)
@gathering_argument
@click.option("--reason", default="", help=N_("Why; everyone reads it."))
@click.option("--series", is_flag=True, help=N_("Also all that follow it in its series."))
def cancel(here: Here, gathering: str, reason: str, series: bool) -> None:
    asked = {"space": here.space, "gathering": gathering, "reason": reason, "series": series}
    done = ask(here, "gathering.cancel", asked, sends=True)
    show(here, done, lambda it: _("Cancelled. Call those who may not see it in time."))


@command(
    "come",
    under=gathering,
    help=N_(
        "Say whether you come.\n\nWith --privately only who called it learns your name; everyone else sees the number."
        " Who comes is destroyed some days after the end."
    ),
    example=(
        "tadamun gathering come 3fa9",
        "tadamun gathering come 3fa9 --privately",
        "tadamun gathering come 3fa9 --no",
    ),
)
@gathering_argument
@click.option("--no", "declined", is_flag=True, help=N_("You are not coming."))
@click.option("--maybe", "tentative", is_flag=True, help=N_("You may come."))
@click.option("--privately", is_flag=True, help=N_("Only who called it sees your name."))
@click.option("--also", multiple=True, metavar="NAME", help=N_("With --privately: who sees it too; may be repeated."))
@click.option("--note", default="", help=N_("A few words with it."))
def come(
    here: Here, gathering: str, declined: bool, tentative: bool, privately: bool, also: tuple[str, ...], note: str
) -> None:
    if (declined and tentative) or (also and not privately):
        raise UsageError("These options do not go together. Nothing was sent.")
    asked = {
        "space": here.space, "gathering": gathering, "note": note, "also": list(also),
        "status": "declined" if declined else "tentative" if tentative else "accepted",
        "seen_by": "organisers" if privately else "everyone",
    }  # fmt: skip
    done = ask(here, "gathering.come", asked, sends=True)

    def human(it: dict[str, Any]) -> str:
        from tadamun.rooms.gatherings import words  # here, so that help starts without msgspec and Babel

        return words.mine(it) or _("Told.")

    show(here, done, human)


@command(
    "people",
    under=gathering,
    help=N_("Show who comes, as far as you may know."),
    example="tadamun gathering people 3fa9",
)
@gathering_argument
def people(here: Here, gathering: str) -> None:
    def human(it: dict[str, Any]) -> list[str]:
        lines = []
        for group, title in (("going", _("Coming")), ("waiting", _("Waiting for a place")), ("maybe", _("Maybe"))):
            if it[group]:
                lines += [paint(here, title, bold=True), *(f"  {name(one['name'])}" for one in it[group])]
        if it["hidden"]:
            lines.append(say("And {count} whom only the organisers know.", count=it["hidden"]))
        return lines or [_("Nobody has answered yet.")]

    show(here, ask(here, "gathering.people", {"space": here.space, "gathering": gathering}), human)


@command(
    "organisers",
    under=gathering,
    help=N_("Name who else may change and cancel a gathering that you called, or whose place is certain."),
    example=("tadamun gathering organisers 3fa9 Sam Rima", "tadamun gathering organisers 3fa9 --sure Sam"),
)
@gathering_argument
@click.argument("members", metavar="NAME", nargs=-1, help=N_("All who organise it besides you."))
@click.option("--sure", multiple=True, metavar="NAME", help=N_("Their place is certain; may be repeated."))
@click.option("--nobody", is_flag=True, help=N_("Nobody but you organises it any more."))
def organisers(here: Here, gathering: str, members: tuple[str, ...], sure: tuple[str, ...], nobody: bool) -> None:
    asked: dict[str, Any] = {"space": here.space, "gathering": gathering}
    if members or nobody:
        asked["organisers"] = list(members)
    if sure:
        asked["sure"] = list(sure)
    if len(asked) == 2 or (members and nobody):
        raise UsageError("Name members, or say --nobody, or --sure.")
    show(here, ask(here, "gathering.door", asked, sends=True), lambda it: _("Noted. Everyone here sees it."))


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value is not None and value != ()
    }


def _head(here: Here, one: dict[str, Any]) -> list[str]:
    from tadamun.rooms.gatherings import words  # see above

    state = words.state(one)
    lines = [paint(here, name(one["title"]), bold=True) + (f"  [{state}]" if state else "") + f"  {short(one['id'])}"]
    lines += [f"  {line}" for line in words.when(one)]
    if one["place"]:
        lines.append(f"  {name(one['place'])}")
    if one["cancelled"]:
        return lines + ([f"  {name(one['reason'])}"] if one["reason"] else [])
    return [*lines, f"  {words.numbers(one)}", *([f"  {mine}"] if (mine := words.mine(one)) else [])]


from tadamun.rooms.gatherings import cli_care, cli_ical  # noqa: E402, F401 - they add their commands to the family above
