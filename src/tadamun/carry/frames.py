"""What a relay says to its client, decoded strictly: NIP-01, NIP-42 and NIP-77 messages as one closed union.

This file does not know connections or what was asked. An event's JSON is written anew: what other spelling it came
in (white space, repeated keys) ends here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, id_of, parse, to_json

MAX_MESSAGE: Final = 256 * 1024  # bytes; an event is at most 64 KiB, a NEG-MSG of other relays up to 120,000 characters
MAX_WORDS: Final = 200  # characters kept of what a relay says in its own words


class Brought(msgspec.Struct, frozen=True):
    """EVENT: of the right shape and id. raw: its JSON as this project writes it. The signature is not checked here."""

    sub: str
    event: Event
    raw: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """EOSE: everything stored was sent."""

    sub: str


@dataclass(frozen=True, slots=True)
class Closed:
    """CLOSED: the relay ended or refused a subscription."""

    sub: str
    why: str


@dataclass(frozen=True, slots=True)
class Took:
    """OK: what became of an event (or an AUTH) that we sent. id may be empty: some relays refuse without naming it."""

    id: str
    ok: bool
    why: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """AUTH (NIP-42)."""

    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """NEG-MSG (NIP-77)."""

    sub: str
    message: bytes


@dataclass(frozen=True, slots=True)
class NoDifference:
    """NEG-ERR (NIP-77): the relay will not reconcile, or no longer."""

    sub: str
    why: str


@dataclass(frozen=True, slots=True)
class Chatter:
    """NOTICE, and words that we do not know."""


Heard = Brought | Stored | Closed | Took | Challenge | Difference | NoDifference | Chatter

_parts: Final = msgspec.json.Decoder(list[msgspec.Raw])
_text: Final = msgspec.json.Decoder(str)
_bool: Final = msgspec.json.Decoder(bool)


def hear(message: bytes | str) -> Heard:
    """Decode one message of a relay. Raises RemoteError (MALFORMED, TOO_LARGE, BAD_ID, PROTOCOL)."""
    try:
        parts = _parts.decode(message)
        verb = _text.decode(parts[0]) if parts else ""
        match verb, len(parts):
            case "EVENT", 3:
                event = parse(parts[2])
                if id_of(event) != event.id:
                    raise RemoteError(Reason.BAD_ID)
                return Brought(_word(parts[1]), event, to_json(event))
            case "EOSE", 2:
                return Stored(_word(parts[1]))
            case "OK", 3 | 4:
                return Took(_word(parts[1]), _bool.decode(parts[2]), _word(parts[3]) if len(parts) == 4 else "")
            case "CLOSED", 2 | 3:
                return Closed(_word(parts[1]), _word(parts[2]) if len(parts) == 3 else "")
            case "AUTH", 2:
                # Cut off, a challenge could not be answered: one of absurd length is refused instead.
                challenge = _text.decode(parts[1])
                if len(challenge) > MAX_WORDS:
                    raise RemoteError(Reason.TOO_LARGE)
                return Challenge(challenge)
            case "NEG-MSG", 3:
                return Difference(_word(parts[1]), bytes.fromhex(_text.decode(parts[2])))
            case "NEG-ERR", 3 | 4:  # strfry adds the largest number of records it would take
                return NoDifference(_word(parts[1]), _word(parts[2]))
            case "EVENT" | "EOSE" | "OK" | "CLOSED" | "AUTH" | "NEG-MSG" | "NEG-ERR", _:
                raise RemoteError(Reason.PROTOCOL, verb)
            case _:
                return Chatter()
    except (ValueError, RecursionError) as error:
        raise RemoteError(Reason.MALFORMED) from error


def _word(raw: msgspec.Raw) -> str:
    return _text.decode(raw)[:MAX_WORDS]
