"""From what somebody typed about themselves or others to what is said."""

from __future__ import annotations

from collections.abc import Sequence

from tadamun.core.body import spell
from tadamun.core.errors import UsageError
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.ports import Saying
from tadamun.core.text import MAX_MARKS, allowed_line, allowed_text, is_visible, shown_line, tidy_line, tidy_text
from tadamun.rooms.people.bodies import (
    LANGUAGE,
    MAX_ABOUT,
    MAX_LANGUAGES,
    MAX_NAME,
    MAX_NOTE,
    MAX_PRONOUNS,
    PROFILE,
    RESERVED,
    VOUCH,
    Profile,
    Vouch,
)


def profile(version: int, name: str, pronouns: str = "", languages: Sequence[str] = (), about: str = "") -> Saying:
    """A profile; `version` is one more than that of the one it replaces (1: the first). Raises UsageError."""
    name = tidy_line(name)
    if not name or not is_visible(name):
        raise UsageError("A name needs at least one letter. Choose any name you like; it need not be your legal one.")
    if len(name) > MAX_NAME:
        raise UsageError("That name has more than {most} characters. Choose a shorter one.", most=MAX_NAME)
    if RESERVED.search(name):
        raise UsageError("A name cannot contain @ or #: they mark mentions and members of equal names.")
    if shown_line(name) != name:
        raise UsageError(
            "That name has control characters or more than {most} marks on one letter. Type it again without them.",
            most=MAX_MARKS,
        )
    pronouns = tidy_line(pronouns)
    if not allowed_line(pronouns, MAX_PRONOUNS):
        raise UsageError("Pronouns are at most {most} characters on one line.", most=MAX_PRONOUNS)
    languages = tuple(dict.fromkeys(map(_language, languages)))
    if len(languages) > MAX_LANGUAGES:
        raise UsageError("Name at most {most} languages.", most=MAX_LANGUAGES)
    about = tidy_text(about)
    if not allowed_text(about, MAX_ABOUT, least=0):
        raise UsageError("About yourself: at most {most} bytes, without control characters.", most=MAX_ABOUT)
    body = Profile(version=_within(version), name=name, pronouns=pronouns, languages=languages, about=about)
    return Saying(PROFILE, spell(body))


def vouch(version: int, member: str, vouches: bool, note: str = "") -> Saying:
    """A vouch for `member` (an id), or its withdrawal; `version` as for a profile. Raises UsageError."""
    note = tidy_line(note)
    if not allowed_line(note, MAX_NOTE):
        raise UsageError("A note is at most {most} characters on one line.", most=MAX_NOTE)
    return Saying(VOUCH, spell(Vouch(version=_within(version), member=member, vouches=vouches, note=note)))


def _language(typed: str) -> str:
    head, *others = tidy_line(typed).replace("_", "-").split("-")
    tag = "-".join((head.lower(), *others))
    if not LANGUAGE.fullmatch(tag):
        raise UsageError("That is no language tag. Write for example: ar, en, ar-LB.")
    return tag


def _within(version: int) -> int:
    if version > MAX_INTEGER:
        raise UsageError("This was changed too often to be changed again.")
    return version
