"""`tadamun post`, `message`, `read`, `threads`, `search`, `watch`: writing and reading from a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click

from tadamun.cli.common import LENGTH, N_, Here, UsageError, _, as_json, ask, command, converse, say, short, show
from tadamun.rooms.talk.cli_images import images_options, made_ready
from tadamun.rooms.talk.lines import one_post, one_thread, several

PAUSE: Final = 25  # seconds a wait lasts before it is asked anew


def typed(text: str) -> str:
    """The text given, or standard input for "-" (which leaves no trace in the shell's history)."""
    if text != "-":
        return text
    from tadamun.rooms.talk.bodies import MAX_TEXT  # here, so that help starts without msgspec

    given = sys.stdin.read(MAX_TEXT + 2)
    if len(given) > MAX_TEXT + 1:
        raise UsageError("That text has more than {most} bytes. Say it in several posts.", most=MAX_TEXT)
    return given


text_argument = click.argument(
    "text", metavar="TEXT", help=N_("What you want to say; - to read it from standard input.")
)
post_argument = click.argument(
    "post", metavar="ID", help=N_("The post, by at least the first four characters of its id.")
)
warning_option = click.option("--warning", metavar="WORDS", help=N_("Fold the text behind these words."))
expires_option = click.option(
    "--expires", type=LENGTH, default="0s", metavar="LENGTH", help=N_("Let it disappear after this time, such as 7d.")
)


@command(
    "post",
    help=N_(
        "Write to the space.\n\nTopics are any words; suggested: coming-out, transition, dating, family, work, health,"
        " legal. @name mentions a member. What expires is deleted by honest devices; copies people made remain."
    ),
    example=('tadamun post "Good morning" --topic family', 'tadamun post "I agree" --reply-to 3fa9c2d1'),
)
@text_argument
@click.option("--title", default="", help=N_("What the thread is called."))
@click.option("--topic", "topics", multiple=True, help=N_("What it is about; may be repeated."))
@warning_option
@click.option("--reply-to", default="", metavar="ID", help=N_("The post you answer."))
@images_options
@expires_option
def post(
    here: Here,
    text: str,
    title: str,
    topics: tuple[str, ...],
    warning: str | None,
    reply_to: str,
    pictures: tuple[Path, ...],
    alts: tuple[str, ...],
    expires: int,
) -> None:
    asked = {
        "space": here.space,
        "text": typed(text),
        "title": title,
        "topics": list(topics),
        "warning": warning or "",
        "reply_to": reply_to,
        "expires": expires,
        "attachments": made_ready(here, pictures, alts),
    }
    show(here, ask(here, "talk.post", asked, sends=True), lambda said: say("Written, as {id}.", id=short(said["id"])))


@command(
    "message",
    help=N_("Write to one member. Nobody else can read it."),
    example='tadamun message "Sam" "Are you all right?"',
)
@click.argument("member", metavar="NAME", help=N_("A name, or the beginning of an id."))
@text_argument
@warning_option
@expires_option
def message(here: Here, member: str, text: str, warning: str | None, expires: int) -> None:
    asked = {"space": here.space, "to": member, "text": typed(text), "warning": warning or "", "expires": expires}
    show(here, ask(here, "talk.post", asked, sends=True), lambda said: say("Written, as {id}.", id=short(said["id"])))


@command(
    "read",
    help=N_("Read the newest posts, or one thread. What was shown counts as read afterwards."),
    example=("tadamun read", "tadamun read 3fa9c2d1", "tadamun read --unread --topic legal"),
)
@click.argument("thread", metavar="ID", default="", required=False, help=N_("A thread, or any post in it."))
@click.option("--topic", default="", help=N_("Only about this."))
@click.option("--from", "author", default="", metavar="NAME", help=N_("Only by this member."))
@click.option("--unread", is_flag=True, help=N_("Only what you have not read."))
@click.option("--private", is_flag=True, help=N_("Your direct messages; with --from, those with that member."))
@click.option("--limit", default=50, type=click.IntRange(1, 500), show_default=True, help=N_("How many."))
@click.option("--before", default="", metavar="ID", help=N_("What came before this post."))
@click.option("--open", "unfold", is_flag=True, help=N_("Show texts that are folded behind a warning."))
@click.option("--keep-unread", is_flag=True, help=N_("Do not count what is shown as read."))
def read(here: Here, thread: str, unfold: bool, keep_unread: bool, **filters: Any) -> None:
    asked = {"space": here.space, "thread": thread, **filters}

    async def script(make: Any) -> dict[str, Any]:
        found: dict[str, Any] = await make("talk.read", asked)
        new = [one["id"] for one in (*found["posts"], *found["ahead"]) if one["unread"]]
        if new and not keep_unread:
            await make("talk.mark_read", {"space": here.space, "posts": new})
        return found

    found = converse(here, script, online=False)
    # A terminal is read from top to bottom and left at the bottom: there stands the newest.
    show(here, found, lambda it: several(here, it["posts"] if thread else it["posts"][::-1], it["ahead"], unfold))


@command("search", help=N_("Find posts by their words."), example='tadamun search "doctor" --topic health')
@click.argument("words", metavar="WORDS", help=N_("What to look for."))
@click.option("--topic", default="", help=N_("Only about this."))
@click.option("--from", "author", default="", metavar="NAME", help=N_("Only by this member."))
@click.option("--private", is_flag=True, help=N_("In your direct messages."))
@click.option("--limit", default=20, type=click.IntRange(1, 500), show_default=True, help=N_("How many."))
@click.option("--open", "unfold", is_flag=True, help=N_("Show texts that are folded behind a warning."))
def search(here: Here, words: str, unfold: bool, **filters: Any) -> None:
    if not words.strip():
        raise UsageError("Say what to look for.")
    found = ask(here, "talk.read", {"space": here.space, "search": words, **filters})
    show(here, found, lambda it: several(here, it["posts"], [], unfold))


@command("threads", help=N_("List threads, the latest active first."), example="tadamun threads --topic family")
@click.option("--topic", default="", help=N_("Only about this."))
@click.option("--limit", default=20, type=click.IntRange(1, 500), show_default=True, help=N_("How many."))
def threads(here: Here, topic: str, limit: int) -> None:
    found = ask(here, "talk.threads", {"space": here.space, "topic": topic, "limit": limit})

    def human(it: dict[str, Any]) -> list[str]:
        lines = [line for thread in it["threads"] for line in one_thread(here, thread)]
        return lines or [_("There are no threads yet. Open one with `tadamun post`.")]

    show(here, found, human)


@command(
    "watch",
    help=N_("Show posts and messages as they arrive, until you press Ctrl-C. With --json: one document a line."),
    example="tadamun watch",
)
@click.option("--open", "unfold", is_flag=True, help=N_("Show texts that are folded behind a warning."))
@click.option("--keep-unread", is_flag=True, help=N_("Do not count what is shown as read."))
def watch(here: Here, unfold: bool, keep_unread: bool) -> None:
    async def script(make: Any) -> None:
        seen: set[str] = set()
        after = (await make("talk.wait", {"space": here.space}))["after"]
        if not here.json:
            click.echo(_("Waiting for what arrives. Ctrl-C ends."), err=True)
        while True:
            got = await make("talk.wait", {"space": here.space, "after": after, "timeout": PAUSE})
            after = got["after"]
            # After a rebuild or an expiry some posts may be given once more.
            new = [one for one in got["posts"] if one["id"] not in seen]
            seen |= {one["id"] for one in new}
            for one in new:
                for line in [as_json(one)] if here.json else one_post(here, one, unfold):
                    click.echo(line, color=here.colour)
            unread = [one["id"] for one in new if one["unread"]]
            if unread and not keep_unread:
                await make("talk.mark_read", {"space": here.space, "posts": unread})

    converse(here, script, online=True)


@command(
    "react",
    help=N_("React to a post with a sign."),
    example=("tadamun react 3fa9c2d1 ♥", "tadamun react 3fa9c2d1 ♥ --undo"),
)
@post_argument
@click.argument("sign", metavar="SIGN", default="+", required=False, help=N_("An emoji, or another sign."))
@click.option("--undo", is_flag=True, help=N_("Take it back."))
def react(here: Here, post: str, sign: str, undo: bool) -> None:
    asked = {"space": here.space, "post": post, "sign": sign}
    done = ask(here, "talk.unreact" if undo else "talk.react", asked, sends=True)
    show(here, done, lambda it: _("Taken back.") if undo else say("You reacted with {sign}.", sign=it["sign"]))


@command(
    "edit",
    help=N_("Change a post of yours. What is left out stays as it was."),
    example=('tadamun edit 3fa9c2d1 "What I meant"', "tadamun edit 3fa9c2d1 --topic health"),
)
@post_argument
@click.argument("text", metavar="TEXT", required=False, help=N_("The new text; - to read it from standard input."))
@click.option("--title", help=N_("The new title."))
@click.option("--topic", "topics", multiple=True, help=N_("The new topics; may be repeated."))
@warning_option
def edit(
    here: Here, post: str, text: str | None, title: str | None, topics: tuple[str, ...], warning: str | None
) -> None:
    new = {
        "text": None if text is None else typed(text),
        "title": title,
        "topics": list(topics) or None,
        "warning": warning,
    }
    changed = {name: value for name, value in new.items() if value is not None}
    if not changed:
        raise UsageError("Say what to change: the text, --title, --topic or --warning.")
    done = ask(here, "talk.edit", {"space": here.space, "post": post, **changed}, sends=True)
    show(here, done, lambda it: _("Changed. Those who read it before may remember the old words."))


@command(
    "retract",
    help=N_("Take a post back for good: yours, or as a moderator anybody's."),
    example='tadamun retract 3fa9c2d1 --reason "names somebody"',
)
@post_argument
@click.option("--reason", default="", help=N_("Why; shown in its place."))
def retract(here: Here, post: str, reason: str) -> None:
    done = ask(here, "talk.retract", {"space": here.space, "post": post, "reason": reason}, sends=True)
    show(here, done, lambda it: _("Retracted. Honest devices show it no more; copies people made remain."))
