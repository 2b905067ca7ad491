"""`tadamun who`, `profile`, `vouch`, `safety`: who people are here, and how sure one is of it."""

from __future__ import annotations

import io
from typing import Any

import click

from tadamun.cli.common import N_, Here, UsageError, _, ask, command, name, paint, paragraph, say, short, show
from tadamun.cli.kinds import role_name

member_argument = click.argument("member", metavar="NAME", help=N_("A name, or the beginning of an id."))


@command("who", help=N_("Show one member: profile, role, who vouches for them."), example='tadamun who "Sam"')
@member_argument
def who(here: Here, member: str) -> None:
    show(here, ask(here, "people.show", {"space": here.space, "member": member}), lambda it: _card(here, it))


@command(
    "profile",
    help=N_(
        "Say who you are in this space; without options, show it. A new name replaces the old one wherever names are"
        " shown; texts in which people wrote it out keep it."
    ),
    example=("tadamun profile", 'tadamun profile --name "Nour" --pronouns she/her --speaks ar --speaks en'),
)
@click.option("--name", "called", help=N_("What you are called here."))
@click.option("--pronouns", help=N_("How people speak of you."))
@click.option("--speaks", multiple=True, metavar="LANG", help=N_("A language you speak; may be repeated."))
@click.option("--about", help=N_("A few words about yourself."))
def profile(here: Here, called: str | None, pronouns: str | None, speaks: tuple[str, ...], about: str | None) -> None:
    new = {"name": called, "pronouns": pronouns, "languages": list(speaks) or None, "about": about}
    changed = {field: value for field, value in new.items() if value is not None}
    if changed:
        done = ask(here, "people.profile", {"space": here.space, **changed}, sends=True)
    else:
        done = next(one for one in ask(here, "people.list", {"space": here.space}) if one["me"])
    show(here, done, lambda it: _card(here, it))


@command(
    "vouch",
    help=N_("Tell the space that you know a member to be who they say they are. Every member can see it."),
    example=('tadamun vouch "Sam" --note "met in person"', 'tadamun vouch "Sam" --undo'),
)
@member_argument
@click.option("--note", default="", help=N_("How you know them."))
@click.option("--undo", is_flag=True, help=N_("Take your word back."))
def vouch(here: Here, member: str, note: str, undo: bool) -> None:
    if undo and note:
        raise UsageError("A vouch that is taken back has no note.")
    asked = {"space": here.space, "member": member} | ({} if undo else {"note": note})
    done = ask(here, "people.unvouch" if undo else "people.vouch", asked, sends=True)
    show(
        here,
        done,
        lambda it: (
            say("You no longer vouch for {name}.", name=it["name"])
            if undo
            else say("You vouch for {name}.", name=it["name"])
        ),
    )


@command(
    "safety-number",
    help=N_(
        "Show the safety number of you and a member, to compare in person or on a call.\n\nIf both of you see the same,"
        " nobody stands between you; then say --verified. This computer alone remembers it."
    ),
    example=(
        'tadamun safety-number "Sam"',
        'tadamun safety-number "Sam" --qr',
        'tadamun safety-number "Sam" --verified',
    ),
)
@member_argument
@click.option("--qr", is_flag=True, help=N_("Draw it as a QR code too."))
@click.option("--verified", is_flag=True, help=N_("You compared it, and it was the same."))
@click.option("--undo", is_flag=True, help=N_("Forget that it was compared."))
def safety_number(here: Here, member: str, qr: bool, verified: bool, undo: bool) -> None:
    if verified or undo:
        asked = {"space": here.space, "member": member, "undo": undo}
        show(here, ask(here, "people.verify", asked), lambda it: _card(here, it))
        return

    def human(it: dict[str, Any]) -> list[str]:
        groups = it["digits"].split()
        lines = [say("Safety number of you and {name}:", name=it["name"]), ""]
        lines += ["  " + " ".join(groups[at : at + 4]) for at in range(0, len(groups), 4)]
        for words in (it["words_en"], it["words_ar"]):
            lines += ["", *paragraph(here, words, "  ")]
        if qr:
            lines += ["", *_drawn(it["qr"])]
        said = (
            _("You verified it.")
            if it["verified"]
            else _("If it is the same for both of you, run this with --verified.")
        )
        return [*lines, "", said]

    show(here, ask(here, "people.safety", {"space": here.space, "member": member}), human)


def _card(here: Here, person: dict[str, Any]) -> list[str]:
    lines = [
        paint(here, name(person["name"]), bold=True) + (f"  {name(person['pronouns'])}" if person["pronouns"] else "")
    ]
    role = role_name(person["level"]) if person["level"] is not None else _("belongs no more")
    facts = [role, short(person["member"]), *person["languages"]]
    if person["verified"]:
        facts.append(_("verified"))
    lines.append("  ".join(facts))
    if person["about"]:
        lines += ["", *paragraph(here, person["about"])]
    for vouch in person.get("vouched_by", ()):
        lines.append(say("{name} vouches for them.", name=vouch["name"]))
        if vouch["note"]:
            lines += paragraph(here, vouch["note"], "  ")
    return lines


def _drawn(content: str) -> list[str]:
    """The QR code as lines of half blocks."""
    import segno

    drawn = io.StringIO()
    segno.make(content, error="l", micro=False).terminal(drawn, border=2, compact=True)
    return drawn.getvalue().rstrip("\n").split("\n")
