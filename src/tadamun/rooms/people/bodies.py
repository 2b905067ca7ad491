"""What can be said about people: who one is here (kind 0), and whom one vouches for (kind 3730).

Both are registers: what a member says replaces what they said before. `version` counts up; `created_at` decides
nothing.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec

from tadamun.core.body import read
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Hex32, Tags
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.text import allowed_line, allowed_text

PROFILE: Final = 0
VOUCH: Final = 3730

MAX_NAME = 60  # characters
MAX_PRONOUNS = 40  # characters
MAX_LANGUAGES = 8
MAX_ABOUT = 2_000  # bytes
MAX_NOTE = 280  # characters

# Signs that mark a mention and an id mark ("Sam #a3f2"), with those that look the same: no name may fake them.
RESERVED: Final = re.compile("[@#\uff20\ufe6b\uff03\ufe5f\u266f]")
LANGUAGE: Final = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # the shape of a BCP 47 tag

Version = Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a member is called and addressed in this space. languages: tags of BCP 47, the preferred one first."""

    v: Literal[1] = 1
    version: Version
    name: str
    pronouns: str
    languages: Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_LANGUAGES)]
    about: str


class Vouch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The author knows `member` to be who they say they are; with vouches=False no longer."""

    v: Literal[1] = 1
    version: Version
    member: Hex32
    vouches: bool
    note: str


Body = Profile | Vouch

_profile: Final = msgspec.json.Decoder(Profile)
_vouch: Final = msgspec.json.Decoder(Vouch)


def decode(event: Event, rest: Tags) -> Body:
    """The body of an event of this room. Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND)."""
    if event.kind == PROFILE:
        return _checked_profile(read(_profile, event.content, rest))
    if event.kind == VOUCH:
        vouch = read(_vouch, event.content, rest)
        if not allowed_line(vouch.note, MAX_NOTE):
            raise RemoteError(Reason.MALFORMED)
        return vouch
    raise RemoteError(Reason.UNKNOWN_KIND)


def name_allowed(name: str) -> bool:
    """True if a profile may carry that name."""
    return allowed_line(name, MAX_NAME, least=1) and not RESERVED.search(name)


def _checked_profile(profile: Profile) -> Profile:
    languages = profile.languages
    if not (
        name_allowed(profile.name)
        and allowed_line(profile.pronouns, MAX_PRONOUNS)
        and allowed_text(profile.about, MAX_ABOUT, least=0)
        and len(set(languages)) == len(languages)
        and all(map(LANGUAGE.fullmatch, languages))
    ):
        raise RemoteError(Reason.MALFORMED)
    return profile
