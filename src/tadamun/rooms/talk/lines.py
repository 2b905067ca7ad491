"""Posts as lines of a terminal: who and when, then the text, indented as deep as it stands in its thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tadamun.cli.common import N_, Here, _, name, paint, paragraph, say, say_count, short
from tadamun.i18n import formats

DEEPEST: Final = 8  # steps of indentation; deeper answers stay there
STEP: Final = "  "
# Why something is folded away: by core.facts.Fold. The pages say the same (parts/talk.html).
WHY: Final = {
    "muted": N_("Folded: you mute whoever wrote it."),
    "blocked": N_("Folded: you block whoever wrote it."),
    "word": N_("Folded: it has a word you filter."),
}


def several(
    here: Here, posts: Sequence[dict[str, Any]], ahead: Sequence[dict[str, Any]], unfold: bool
) -> Iterator[str]:
    """All of them, an empty line between, then those whose time is yet to come."""
    if not posts and not ahead:
        yield _("There is nothing here.")
    for index, post in enumerate(posts):
        if index:
            yield ""
        yield from one_post(here, post, unfold)
    if ahead:
        yield ""
        yield paint(here, _("From devices whose clock is ahead of yours:"), dim=True)
        for post in ahead:
            yield from one_post(here, post, unfold)


def one_post(here: Here, post: dict[str, Any], unfold: bool) -> Iterator[str]:
    """A head line, a title if there is one, the text or what stands for it, and reactions."""
    indent = STEP * min(post["depth"], DEEPEST)
    yield indent + "  ".join(_head(here, post))
    if post["title"] and (unfold or not post["folded"]):
        yield indent + paint(here, name(post["title"]), bold=True)
    yield from _text(here, post, unfold, indent)
    if unfold or not (post["warning"] or post["folded"]):
        yield from (indent + paint(here, image_line(one), dim=True) for one in post["images"])
    if post["reactions"]:
        signs = (f"{name(sign)} {formats.number(count)}" for sign, count in post["reactions"].items())
        yield indent + paint(here, "  ".join(signs), dim=True)


def one_thread(here: Here, thread: dict[str, Any]) -> Iterator[str]:
    """Two lines: what it is called (or how it begins), and how much is in it."""
    shut = thread["warning"] or thread["folded"]
    begins = "" if thread["folded"] else thread["title"] or ("" if shut or thread["retracted"] else thread["text"])
    words = name(begins) or (_("(folded)") if shut else _("(retracted)"))
    width = max(20, here.width - 12)
    yield f"{short(thread['id'])}  {paint(here, words if len(words) <= width else words[: width - 1] + '…', bold=True)}"
    parts = [author(thread), formats.ago(thread["last_at"], here.now)]
    parts += ["#" + name(topic) for topic in thread["topics"]]
    parts.append(say_count("{count} comment", "{count} comments", thread["comments"]))
    if unread := thread["unread_comments"] + thread["unread"]:
        parts.append(paint(here, say_count("{count} unread", "{count} unread", unread), colour="yellow"))
    yield " " * 10 + "  ".join(parts)


def author(post: dict[str, Any]) -> str:
    """Who wrote it; of what was asked without a name, among how many they are."""
    if not post["ring"]:
        return name(post["name"])
    return say_count("Somebody, one of {count}", "Somebody, one of {count}", post["ring"])


def image_line(one: dict[str, Any]) -> str:
    """What stands for a picture where none can be shown."""
    shown = say("[image: {alt}]", alt=name(one["alt"])) if one["alt"] else _("[image]")
    return shown if one["here"] == one["parts"] else f"{shown} {_('(still on its way)')}"


def _head(here: Here, post: dict[str, Any]) -> Iterator[str]:
    yield paint(here, author(post), bold=True)
    if post["private"]:
        yield say("to {name}", name=post["private_name"]) if post["mine"] else _("to you alone")
    yield paint(here, formats.ago(post["created_at"], here.now), dim=True)
    yield from ("#" + name(topic) for topic in post["topics"])
    if post["edited"]:
        yield paint(here, _("edited"), dim=True)
    if post["expires_at"]:
        yield paint(here, say("disappears {when}", when=formats.ago(post["expires_at"], here.now)), dim=True)
    yield paint(here, short(post["id"]), dim=True)
    if post["mentions_me"]:
        yield paint(here, _("mentions you"), colour="yellow")
    if post["unread"]:
        yield paint(here, _("new"), colour="yellow")


def _text(here: Here, post: dict[str, Any], unfold: bool, indent: str) -> Iterator[str]:
    if post["retracted"]:
        by = _("(retracted by the author)") if post["retracted"] == "author" else _("(retracted by a moderator)")
        yield indent + paint(here, by, dim=True)
        if post["reason"]:
            yield from paragraph(here, post["reason"], indent)
        return
    if post["folded"] and not unfold:
        yield indent + paint(here, _(WHY[post["folded"]]), dim=True)
        yield indent + paint(here, say("To see it: tadamun read {id} --open", id=short(post["id"])), dim=True)
        return
    if post["warning"]:
        yield indent + say("Content warning: {warning}", warning=post["warning"])
        if not unfold:
            yield indent + paint(here, say("To see it: tadamun read {id} --open", id=short(post["id"])), dim=True)
            return
    yield from paragraph(here, post["text"], indent)
