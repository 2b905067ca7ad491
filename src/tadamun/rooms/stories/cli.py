"""`tadamun story`: tell, write together, translate, make public on purpose, take back; campaigns, the static site."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from tadamun.cli.common import (
    N_,
    Here,
    UsageError,
    _,
    ask,
    command,
    name,
    paint,
    paragraph,
    say,
    say_count,
    short,
    show,
)
from tadamun.i18n import formats
from tadamun.rooms.stories import words

story_argument = click.argument(
    "story_id", metavar="ID", help=N_("The story, by at least the first four characters of its id.")
)
how_option = click.option(
    "--how", type=click.Choice(["pseudonym", "persona"]), default="pseudonym", show_default=True,
    help=N_("Under a name for this story alone, or one that you use for all."),
)  # fmt: skip
relay_option = click.option(
    "--relay", "relays", multiple=True, metavar="ADDRESS", help=N_("Where to; may be repeated.")
)


@command(
    "story",
    help=N_("Stories that members told."),
    example=(
        "tadamun story",
        'tadamun story tell "The first march" march.md --speaks en',
        "tadamun story read 3fa9c2d1",
    ),
    family=True,
)
def story(here: Here) -> None:
    show(here, ask(here, "stories.list", {"space": here.space}), lambda it: listed(here, it["stories"]))


def _words_of(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("The file {file} cannot be read as text. Nothing was said.", file=str(file)) from error


_file = click.argument(
    "file", type=click.Path(path_type=Path), metavar="FILE", help=N_("Its text; - for standard input.")
)


def _options(function: Any) -> Any:
    for option in reversed(
        (
            click.option("--speaks", required=True, metavar="LANG", help=N_("In which language it is.")),
            click.option("--summary", default="", help=N_("What it is about, in a sentence.")),
            click.option("--topic", "topics", multiple=True, help=N_("What it is about; may be repeated.")),
            click.option("--when", default="", metavar="DAY", help=N_("When it was: 1969, 1969-06 or 1969-06-28.")),
            click.option("--place", default="", help=N_("A town or a region, never an address.")),
            click.option("--warning", default="", metavar="WORDS", help=N_("Fold the text behind these words.")),
        )
    ):
        function = option(function)
    return function


@command(
    "tell",
    help=N_("Tell a story. Every member of the space can read it, with your name; with --together only those."),
    example=(
        'tadamun story tell "The first march" march.md --speaks en --when 2006',
        "tadamun story tell Twelve draft.md --speaks ar --together Sam",
    ),
    under=story,
)
@click.argument("title", help=N_("What it is called."))
@_file
@_options
@click.option("--translates", "of", default="", metavar="ID", help=N_("The story that it is a translation of."))
@click.option("--together", multiple=True, metavar="NAME", help=N_("Write it with them first; may be repeated."))
def tell(
    here: Here, title: str, file: Path, speaks: str, topics: tuple[str, ...], together: tuple[str, ...], **given: Any
) -> None:
    asked = {
        "space": here.space,
        "title": title,
        "text": _words_of(file),
        "topics": list(topics),
        "language": speaks,
        **given,
    }
    told = ask(here, "stories.tell", asked | {"together": list(together)}, sends=True)
    show(here, told, lambda it: say("Written, as {id}.", id=short(it["id"])))


@command(
    "rewrite",
    help=N_("Change a story of yours, or a draft that you write with others. What is left out stays."),
    example=("tadamun story rewrite 3fa9c2d1 --file march.md", 'tadamun story rewrite 3fa9c2d1 --title "Twelve of us"'),
    under=story,
)
@story_argument
@click.option("--title", help=N_("The new title."))
@click.option("--file", type=click.Path(path_type=Path), help=N_("The new text; - for standard input."))
@click.option("--summary", help=N_("The new sentence about it."))
@click.option("--warning", help=N_("The new warning."))
def rewrite(here: Here, story_id: str, file: Path | None, **given: str | None) -> None:
    asked: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if file is not None:
        asked["text"] = _words_of(file)
    done = ask(here, "stories.rewrite", {"space": here.space, "story": story_id, **asked}, sends=True)
    show(here, done, lambda it: say("Written, as {id}.", id=short(it["id"])))


@command("read", help=N_("Read a story."), example="tadamun story read 3fa9c2d1", under=story)
@story_argument
def read(here: Here, story_id: str) -> None:
    show(here, ask(here, "stories.show", {"space": here.space, "story": story_id}), lambda it: whole(here, it))


@command("drafts", help=N_("What you write with others."), example="tadamun story drafts", under=story)
def drafts(here: Here) -> None:
    asked = {"space": here.space, "drafts": True}
    show(here, ask(here, "stories.list", asked), lambda it: listed(here, it["stories"]))


@command(
    "finish",
    help=N_("Tell the space what was a draft, with your name."),
    example="tadamun story finish 3fa9c2d1",
    under=story,
)
@story_argument
def finish(here: Here, story_id: str) -> None:
    done = ask(here, "stories.finish", {"space": here.space, "story": story_id}, sends=True)
    show(here, done, lambda it: say("Written, as {id}.", id=short(it["id"])))


@command("withdraw", help=N_("Take a story away, for good."), example="tadamun story withdraw 3fa9c2d1", under=story)
@story_argument
def withdraw(here: Here, story_id: str) -> None:
    done = ask(here, "stories.withdraw", {"space": here.space, "story": story_id}, sends=True)
    show(here, done, lambda it: _("It is taken away. Whoever read it may remember it."))


@command(
    "preview",
    help=N_("See exactly what would become public. Nothing is sent."),
    example="tadamun story preview 3fa9c2d1",
    under=story,
)
@story_argument
@how_option
def preview(here: Here, story_id: str, how: str) -> None:
    seen = ask(here, "stories.preview", {"space": here.space, "story": story_id, "how": how})
    show(here, seen, lambda it: previewed(here, it))


@command(
    "publish",
    help=N_(
        "Make a story public, for good: what is on the open network can be copied by anybody, and taken back by "
        "nobody. Look at it first with `tadamun story preview`; it tells what to give for --seen and --found."
    ),
    example="tadamun story publish 3fa9c2d1 --seen 0 --found 0 --relay wss://relay.example.org",
    under=story,
)
@story_argument
@how_option
@relay_option
@click.option("--seen", required=True, type=int, metavar="N", help=N_("The version that the preview showed."))
@click.option("--found", required=True, type=int, metavar="N", help=N_("How much the preview found to look at."))
@click.option("--name", "author", default="", help=N_("As whom the static site names you."))
@click.option("--tell", is_flag=True, help=N_("Tell the space that it is public, and under which name."))
def publish(here: Here, story_id: str, relays: tuple[str, ...], author: str, **given: Any) -> None:
    asked = {"space": here.space, "story": story_id, "relays": list(relays), "name": author, **given}
    show(here, ask(here, "stories.publish", asked, sends=True), lambda it: answers(it["answers"]))


@command(
    "take-back",
    help=N_("Ask relays to delete what you made public. Copies that others made are theirs."),
    example="tadamun story take-back 3fa9c2d1 --relay wss://relay.example.org",
    under=story,
)
@story_argument
@relay_option
def take_back(here: Here, story_id: str, relays: tuple[str, ...]) -> None:
    asked = {"space": here.space, "story": story_id, "relays": list(relays)}
    show(here, ask(here, "stories.take_back", asked, sends=True), lambda it: answers(it["answers"]))


@command(
    "site",
    help=N_("Write a static site of what you made public, with a timeline and a feed, for any web host."),
    example='tadamun story site "Our years" ./site --base https://stories.example.org/',
    under=story,
)
@click.argument("title", help=N_("What the site is called."))
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER", help=N_("A folder that is not there yet."))
@click.option("--base", default="", metavar="ADDRESS", help=N_("Where it will be, with a slash at the end."))
def site(here: Here, title: str, folder: Path, base: str) -> None:
    made = ask(here, "stories.site", {"space": here.space, "title": title, "base": base})
    try:
        folder.mkdir(parents=True)
        for called, text in made["files"].items():
            (folder / called).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            "The folder {folder} cannot be made, or is there already. Choose another.", folder=str(folder)
        ) from error
    told = {"folder": str(folder), "files": sorted(made["files"]), "stories": made["stories"]}
    show(here, told, lambda it: say_count("A site of {count} story.", "A site of {count} stories.", it["stories"]))


@command("campaigns", help=N_("What people here work for."), example="tadamun story campaigns", under=story)
def campaigns(here: Here) -> None:
    def lines(it: dict[str, Any]) -> Iterator[str]:
        for one in it["campaigns"]:
            yield f"{paint(here, short(one['id']), dim=True)}  {name(one['title'])}"
            yield "   " + say_count("Made public {count} time.", "Made public {count} times.", one["acts"])

    show(here, ask(here, "stories.campaigns", {"space": here.space}), lines)


@command(
    "campaign",
    help=N_("Gather stories for a law or a cause."),
    example='tadamun story campaign "Against 534" --call "Write to your deputy" --story 3fa9c2d1',
    under=story,
)
@click.argument("title", help=N_("What it is for."))
@click.option("--text", default="", help=N_("What it is about."))
@click.option("--call", default="", help=N_("What people are asked to do."))
@click.option("--story", "stories", multiple=True, metavar="ID", help=N_("A story of it; may be repeated."))
@click.option("--change", "of", default="", metavar="ID", help=N_("Change this campaign instead."))
def campaign(here: Here, title: str, text: str, call: str, stories: tuple[str, ...], of: str) -> None:
    asked = {"space": here.space, "title": title, "text": text, "call": call, "stories": list(stories), "campaign": of}
    done = ask(here, "stories.campaign", asked, sends=True)
    show(here, done, lambda it: say("Written, as {id}.", id=short(it["campaign"])))


@command(
    "end-campaign",
    help=N_("Take a campaign away, for good."),
    example="tadamun story end-campaign 3fa9c2d1",
    under=story,
)
@click.argument("campaign_id", metavar="ID", help=N_("The campaign, by at least the first four characters of its id."))
def end_campaign(here: Here, campaign_id: str) -> None:
    done = ask(here, "stories.end_campaign", {"space": here.space, "campaign": campaign_id}, sends=True)
    show(here, done, lambda it: _("It is taken away. Whoever read it may remember it."))


def listed(here: Here, stories: list[dict[str, Any]]) -> Iterator[str]:
    for one in stories:
        with_ = f" · {formats.listed([name(who) for who in one['with']])}" if one["draft"] else ""
        yield f"{paint(here, short(one['id']), dim=True)}  {name(one['title'])}"
        yield f"   {name(one['name'])}{with_} · {formats.tongue(one['language'])} · {formats.ago(one['at'], here.now)}"


def whole(here: Here, one: dict[str, Any]) -> Iterator[str]:
    yield from listed(here, [one])
    if one["gone"]:
        yield _("It was taken away.")
        return
    for line in (one["summary"], one["when"], one["place"], one["warning"]):
        if line:
            yield f"   {name(line)}"
    yield ""
    yield from paragraph(here, one["text"])
    for version in one["versions"]:
        if version["id"] != one["id"]:
            called = f"{formats.tongue(version['language'])}  {name(version['title'])}"
            yield f"{paint(here, short(version['id']), dim=True)}  {called}"


def previewed(here: Here, seen: dict[str, Any]) -> Iterator[str]:
    event = seen["event"]
    for tag in event["tags"]:
        yield f"   {tag[0]}: {name(' '.join(tag[1:]))}"
    yield from paragraph(here, event["content"])
    for finding in seen["findings"]:
        yield words.finding(finding["sort"], finding["what"])
    yield say("If this is right: --seen {seen} --found {found}", seen=seen["version"], found=len(seen["findings"]))


def answers(given: list[dict[str, Any]]) -> Iterator[str]:
    if not given:
        yield _("No relay was asked. It is ready for the static site.")
    for one in given:
        told = say("{relay} has taken it.", relay=one["relay"])
        yield (
            told if one["taken"] else say("{relay} has not taken it: {why}", relay=one["relay"], why=one["said"] or "?")
        )
