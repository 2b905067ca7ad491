"""What templates say: sentences, people's names, people's texts, numbers and times; made safe for HTML in one place.

Everything that came from people is escaped, cleaned of what turns or hides text, and isolated: by `<bdi>` in HTML, by
U+2068…U+2069 in plain strings such as titles and attributes. The language, its digits and its names of months are the
current one of this context (i18n/tongue.py); "now" and the time zone are arguments of `helpers`.
This file does not know rooms, requests or settings. docs/guides/pages.md, section "Words", is for who writes a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup, escape

from tadamun.i18n import formats, shown
from tadamun.i18n import words as sentences
from tadamun.i18n.bidi import clean
from tadamun.i18n.templates import EXTENSIONS, in_braces
from tadamun.i18n.words import _, ngettext, say_count
from tadamun.web.links import linked

RECENT: Final = 7 * 86_400  # seconds for which a time is told as "3 days ago"
Argument = str | int


def install(env: Environment) -> None:
    """Give a Jinja environment the filters and functions of this file, and `{% trans %}` on the same catalogue."""
    for extension in EXTENSIONS:
        env.add_extension(extension)
    env.policies["ext.i18n.trimmed"] = True
    env.newstyle_gettext = True  # type: ignore[attr-defined]  # the extension adds it
    env.globals.update(
        _=sentence,
        gettext=sentence,
        ngettext=counted,
        say=plain,
        say_count=plain_counted,
        names=names,
        n=formats.number,
    )
    env.filters.update(
        person=person,
        plain_person=plain_person,
        line=line,
        plain_line=plain_line,
        words=words,
        names=names,
        n=formats.number,
        size=formats.size,
    )


def helpers(now: int, zone: tzinfo | None = None) -> dict[str, Callable[[int], Any]]:
    """The functions of time for one page, which sees one clock: `when`, `date`, `left`, and `n` beside them.

    now: Unix seconds. zone: this computer's if None.
    """
    return {
        "n": formats.number,
        "when": lambda moment: when(moment, now, zone),
        "date": lambda moment: date(moment, zone),
        "left": lambda moment: left(moment, now, zone),
    }


def sentence(message: str, /, **arguments: Argument) -> Markup:
    """`_("Hello {name}", name=…)` for HTML: translated, escaped, each argument isolated; Markup stays as it is."""
    return _filled(_(in_braces(message)), arguments)


def counted(one: str, many: str, count: int, /, **arguments: Argument) -> Markup:
    """`ngettext("{count} post", "{count} posts", n)` for HTML, in the form that fits, which `count` fills."""
    form = ngettext(in_braces(one), in_braces(many), count)
    return _filled(form, {"count": count, **arguments})


def plain(message: str, /, **arguments: Argument) -> str:
    """`say("Reply to {name}", name=…)` for attributes, titles and options: no markup in it, still to be escaped."""
    return sentences.say(message, **_stripped(arguments))


def plain_counted(one: str, many: str, count: int, /, **arguments: Argument) -> str:
    """As `plain`, in the form that fits the count."""
    return say_count(one, many, count, **_stripped(arguments))


def person(name: str) -> Markup:
    """`{{ name | person }}`: a name on one line, nothing unseen in it, at most 64 signs, isolated."""
    return Markup("<bdi>{}</bdi>").format(plain_person(name))


def plain_person(name: str) -> str:
    """The same without markup; give it to `say` for an attribute. "(no name)" if nothing of it can be seen."""
    return shown.name(name) or _("(no name)")


def line(text: str, most: int = 200) -> Markup:
    """`{{ thread.title | line }}`: a title, a topic, a warning, an excerpt; one line, isolated."""
    return Markup("<bdi>{}</bdi>").format(shown.line(text, most))


def plain_line(text: str, most: int = 200) -> str:
    """The same without markup, for attributes, and for an element that has `dir="auto"` itself."""
    return shown.line(text, most)


def names(people: Iterable[str], most: int = 3) -> Markup:
    """`A, B and C`, or `A, B and 3 others` when there are more than `most`; each a `person`."""
    every = [person(name) for name in people]
    first = every if len(every) <= most else every[: max(1, most - 1)]
    rest = len(every) - len(first)
    if not first:
        return Markup("")
    joined = first[0]
    for at, name in enumerate(first[1:], 2):
        last = at == len(first) and not rest
        form = _("{first} and {last}") if last else _("{first}, {next}")
        joined = _filled(form, {"first": joined, "last": name, "next": name})
    if not rest:
        return joined
    form = ngettext("{names} and {count} other", "{names} and {count} others", rest)
    return _filled(form, {"names": joined, "count": rest})


def words(text: str, mentions: Sequence[str] = ()) -> Markup:
    """`{{ post.text | words }}`: paragraphs that run each in its own direction, addresses of the web as links.

    mentions: names that stand in the text behind an `@`, to be set apart.
    """
    text = shown.bounded(clean(text)).replace("\t", " ")
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ ]*\n", text) if part.strip()]
    marked = [linked(paragraph, mentions).replace("\n", Markup("<br>\n")) for paragraph in paragraphs]
    return Markup("\n").join(Markup('<p dir="auto">{}</p>').format(paragraph) for paragraph in marked)


def when(moment: int, now: int, zone: tzinfo | None = None) -> Markup:
    """`5 minutes ago` within a week, else the day; the exact time in the title, and of claims of the future at once."""
    if -45 < now - moment < RECENT:
        return _time(moment, formats.ago(moment, now), zone)
    return date(moment, zone) if moment > now else _time(moment, formats.day(moment, zone), zone)


def date(moment: int, zone: tzinfo | None = None) -> Markup:
    """The day and the time."""
    return _time(moment, formats.date(moment, zone), zone)


def left(moment: int, now: int, zone: tzinfo | None = None) -> Markup:
    """`2 days`: the time left until then, rounded down, so that nobody counts on more. "no time left" from then on."""
    return _time(moment, formats.left(moment - now), zone)


def _time(moment: int, text: str, zone: tzinfo | None) -> Markup:
    exact = datetime.fromtimestamp(formats.on_calendar(moment), UTC)
    stamp = f"{exact.year:04}{exact:-%m-%dT%H:%M:%SZ}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(stamp, formats.date(moment, zone), text)


def _filled(translated: str, arguments: Mapping[str, Argument]) -> Markup:
    """The sentence escaped, its arguments in it. One that is missing stays visible, as in i18n/words.py."""
    safe = {name: _isolated(name, value) for name, value in arguments.items()}
    return escape(translated).format_map(sentences.Visible(safe))


def _isolated(name: str, value: Argument) -> str:
    if isinstance(value, Markup):
        return value
    if isinstance(value, int):
        return formats.number(value)
    text = _(value) if name == "why" else clean(value, lines=False)
    return Markup("<bdi>{}</bdi>").format(text)


def _stripped(arguments: Mapping[str, Argument]) -> dict[str, Argument]:
    return {name: value.striptags() if isinstance(value, Markup) else value for name, value in arguments.items()}
