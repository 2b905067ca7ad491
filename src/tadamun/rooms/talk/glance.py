"""What a list of spaces shows of talk: how much is unread, and how the newest post begins."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.ports import Workbench
from tadamun.rooms.talk.given import reader
from tadamun.rooms.talk.reading import Wanted
from tadamun.rooms.talk.showing import Shower

LOOKED_AT: Final = 20  # of the newest, for one that still has words
LINE: Final = 160  # characters
FOLDED: Final = "…"  # instead of words that this person does not want to meet unasked


def unread(bench: Workbench, space: str) -> int:
    """Posts and direct messages; 1,000 means "or more"."""
    return sum(reader(bench, space).unread())


def glance(bench: Workbench, space: str) -> dict[str, Any]:
    """{unread, unread_private, newest: {id, thread, author, name, line, folded, created_at} or None}.

    line: the title, else how the text begins; folded: it is the content warning instead. Retracted posts and direct
    messages are not shown, nor what this person folds away ("…" where all that is new is folded away). The two counts
    reach 1,000 together at most, which then means "or more".
    """
    own = reader(bench, space)
    unread, unread_private = own.unread()
    standing = [row for row in own.newest(Wanted(), LOOKED_AT) if not row.retracted]
    shower = Shower(bench, space, own)
    seen = [row for row in standing if not shower.folded(row)]
    newest = None
    for post in shower.posts((seen or standing)[:1]):
        line = FOLDED if post["folded"] else post["warning"] or post["title"] or next(iter(post["text"].split("\n")))
        newest = {
            **{name: post[name] for name in ("id", "thread", "author", "name", "created_at")},
            "line": line if len(line) <= LINE else line[: LINE - 1].rstrip() + "…",
            "folded": bool(post["warning"]) and not post["folded"],
        }
    return {"unread": unread, "unread_private": unread_private, "newest": newest}
