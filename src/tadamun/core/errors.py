"""Whose fault was it, ours or the peer's? Every error of Tadamun is one of two families.

`LocalError` is shown to the person at this node: it carries a message id with arguments that the interface
translates, and says what to do next. `RemoteError` is about bytes that came from elsewhere: it is counted and
dropped, and its `reason` is one of a closed set so that `tadamun status` can show the counters.
Neither ever carries a plaintext, a name or a key.
"""

from __future__ import annotations

from enum import StrEnum


class TadamunError(Exception):
    """Root of the two families; never raised itself."""


class LocalError(TadamunError):
    """Something this person or this machine must change.

    `message` is a gettext msgid with named `{placeholders}`; `arguments` fill it; `code` is the exit code that
    the command line ends with (see docs/guides/exit-codes.md).
    """

    code = 1

    def __init__(self, message: str, **arguments: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.arguments = arguments

    def __str__(self) -> str:
        return self.message.format(**self.arguments)


class UsageError(LocalError):
    """What was typed cannot be done as typed (unknown name, wrong link, empty text)."""

    code = 2


class NotAllowed(LocalError):
    """The space's own rules refuse this act; the same refusal every peer would give."""

    code = 3


class Unreachable(LocalError):
    """Nobody who could answer was reached in time; what was said is kept and goes out later."""

    code = 4


class VaultError(LocalError):
    """The vault cannot be opened or written: wrong passphrase, in use, from a newer version, disk full."""

    code = 5


class WrongPassphrase(VaultError):
    """What was typed does not open the vault; another spelling of it may (i18n/passphrases.py)."""


class VaultInUse(VaultError):
    """Another process holds the vault just now; a command waits a little for its turn."""


class Reason(StrEnum):
    """Why bytes from elsewhere were dropped or set aside; one counter each."""

    MALFORMED = "malformed"  # not JSON, not an event, wrong types
    TOO_LARGE = "too-large"
    BAD_ID = "bad-id"
    BAD_SIGNATURE = "bad-signature"
    CANNOT_OPEN = "cannot-open"  # wrongly sealed, or sealed for somebody else
    NOT_CANONICAL = "not-canonical"
    UNKNOWN_KIND = "unknown-kind"  # kept and passed on, not applied
    WRONG_SPACE = "wrong-space"
    NOT_MEMBER = "not-a-member"
    NOT_ALLOWED = "not-allowed"
    AFTER_REMOVAL = "after-removal"
    EQUIVOCATION = "equivocation"
    REPLAYED = "replayed"
    EXPIRED = "expired"
    PARKED_OVERFLOW = "parked-overflow"
    OVER_QUOTA = "over-quota"
    TOO_FAST = "too-fast"
    TOO_SLOW = "too-slow"  # does not read what it asked for, or does not say who it is in time
    PROTOCOL = "protocol"  # the peer broke NIP-01/42/77 framing


class RemoteError(TadamunError):
    """Bytes from elsewhere that fail a check. Caught at the boundary, counted by `reason`, dropped."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


def whereabouts(error: BaseException) -> str:
    """What kind of error and where it passed, `KeyError intake.py:120 < node.py:88`: nothing of its content.

    For reports of what nobody foresaw: an exception's text may quote a name or a post, its places cannot.
    """
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace("\\", "/").rsplit("/", 1)[-1]
        places.append(f"{file}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " ".join([type(error).__name__, " < ".join(reversed(places[-6:]))])
