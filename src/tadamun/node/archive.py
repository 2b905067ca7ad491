"""Moving a community in and out: mailing-list and forum archives as posts, and one's own readable copy of a space.

What is read comes from a file that anybody may have written: entries that cannot be used are skipped and named by line,
the rest is kept. The original's author and date are told in the text, for the post itself is by whoever imports it.
"""

from __future__ import annotations

import json
import mailbox
import os
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.core.event import to_json
from tadamun.core.ports import Tables
from tadamun.core.words import N_
from tadamun.node.place import Place
from tadamun.store import log

FROM_THE_LOG: Final = 1  # added to the number of an event in the log: 0 means something else there
MAX_LINE: Final = 1024 * 1024  # bytes of one entry
MAX_TEXT: Final = 30 * 1024  # bytes of a post's text; what is longer is cut and says so
TEXTS: Final = ("text", "body", "content", "message")
TITLES: Final = ("title", "subject")
AUTHORS: Final = ("author", "from", "name", "user")
DATES: Final = ("date", "created_at", "time", "timestamp")


@dataclass(frozen=True, slots=True)
class Post:
    """An entry of an archive. line: where it begins in the file (for mbox, the number of the message)."""

    line: int
    title: str
    text: str
    author: str
    date: str

    def told(self) -> str:
        """The text with who wrote it and when, at most MAX_TEXT bytes."""
        head = " · ".join(part for part in (self.author, self.date) if part)
        text = f"{head}\n\n{self.text}" if head else self.text
        raw = text.encode()
        return text if len(raw) <= MAX_TEXT else raw[:MAX_TEXT].decode(errors="ignore") + " […]"


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that cannot be used; why: a message id."""

    line: int
    why: str


def read(path: str, written: str) -> tuple[list[Post], list[Skipped]]:
    """The posts of an archive, in its order. written: "jsonl", "mbox" or "auto". Raises UsageError."""
    file = Path(path)
    try:
        with file.open("rb") as opened:
            start = opened.read(5)
    except OSError as error:
        raise UsageError("The file {file} cannot be read. Nothing was imported.", file=file.name) from error
    if written == "auto":
        written = "mbox" if start == b"From " else "jsonl"
    entries = list(_mbox(file) if written == "mbox" else _jsonl(file))
    posts = [one for one in entries if isinstance(one, Post)]
    return posts, [one for one in entries if isinstance(one, Skipped)]


def _jsonl(file: Path) -> Iterator[Post | Skipped]:
    with file.open("rb") as opened:
        for number, line in enumerate(opened, 1):
            if not line.strip():
                continue
            if len(line) > MAX_LINE:
                yield Skipped(number, N_("it is too long"))
                continue
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                yield Skipped(number, N_("it is not JSON"))
                continue
            if not isinstance(entry, dict):
                yield Skipped(number, N_("it is no JSON object"))
                continue
            text = _first(entry, TEXTS)
            if not text.strip():
                yield Skipped(number, N_("it has no text"))
                continue
            yield Post(
                number,
                _line(_first(entry, TITLES)),
                _clean(text),
                _line(_first(entry, AUTHORS)),
                _first(entry, DATES)[:40],
            )


def _mbox(file: Path) -> Iterator[Post | Skipped]:
    box = mailbox.mbox(file, create=False)
    try:
        for number, message in enumerate(box, 1):
            try:
                text = _body(message)
            except (LookupError, ValueError, RecursionError):
                yield Skipped(number, N_("its text cannot be decoded"))
                continue
            if not text.strip():
                yield Skipped(number, N_("it has no text"))
                continue
            yield Post(
                number,
                _line(_header(message, "Subject")),
                _clean(text),
                _name(_header(message, "From")),
                _date(message),
            )
    finally:
        box.close()


def _body(message: Message) -> str:
    """The plain text of a message: the first text/plain part that is no attachment."""
    for part in message.walk():
        if part.get_content_type() == "text/plain" and part.get_content_disposition() != "attachment":
            raw = part.get_payload(decode=True)
            if isinstance(raw, bytes):
                return raw.decode(part.get_content_charset() or "utf-8", errors="replace")
    return ""


def _header(message: Message, name: str) -> str:
    value = message.get(name, "")
    try:
        return str(make_header(decode_header(str(value))))
    except (LookupError, ValueError):
        return str(value)


def _name(sender: str) -> str:
    """The name of a sender without the address: addresses of people are not spread further than they were."""
    return _line(sender.split("<")[0].strip(' "').split("@")[0])


def _date(message: Message) -> str:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).date().isoformat()
    except (TypeError, ValueError, IndexError):
        return ""


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = entry.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return ""


def _line(text: str) -> str:
    return " ".join(_clean(text).split())[:200]


def _clean(text: str) -> str:
    """Without the control characters that a post may not have."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in text if c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f" and not "\ud800" <= c <= "\udfff")
    )


def part(tables: Tables, place: Place, after: int) -> tuple[list[bytes], int]:
    """The next lines of what `write` writes, at most a page of the log, and where to go on; 0: that is all.

    after: 0 for the beginning, which is what decides who belongs; then what was given before.
    """
    if not after:
        control = [] if place.control is None else [to_json(one.event) for one in place.control.events()]
        return control, FROM_THE_LOG
    page = next(log.every(tables, place.ref, after - FROM_THE_LOG), [])
    return [kept.raw for kept in page], page[-1].n + FROM_THE_LOG if page else 0


def write(tables: Tables, place: Place, path: str) -> int:
    """Write every event of a space that this node has, one JSON object a line, to a file only its owner can read.

    Raises UsageError if the file is there already or cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError("The file {file} is there already. Choose another name.", file=path) from error
    except OSError as error:
        raise UsageError("The file {file} cannot be written. Choose another place.", file=path) from error
    count = 0
    with os.fdopen(handle, "wb") as out:
        for one in [] if place.control is None else place.control.events():
            out.write(to_json(one.event) + b"\n")
            count += 1
        for page in log.every(tables, place.ref):
            for kept in page:
                out.write(kept.raw + b"\n")
            count += len(page)
    return count
