"""The directory as a file: CSV for spreadsheets, JSON for programs. What is written is read back the same.

Reading refuses: what it does not know it does not drop. A spreadsheet takes a cell that begins with = + - @ for a
formula (CWE-1236), so such cells are written with an apostrophe before them, which reading takes off again. Pure; this
file does not know the node.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.rooms.aid.bodies import DAY

MOST_BYTES: Final = 1_000_000
MOST_ROWS: Final = 1_000
LISTS: Final = ("languages", "tags")
DAYS: Final = ("checked_at", "trust_until")
COLUMNS: Final = (
    "sort", "name", "text", "country", "place", "languages", "tags", "opening", "phone", "web", "mail", "address",
    "checked_how", "checked_at", "trust_until", "warnings",
)  # fmt: skip
_FORMULA: Final = tuple("=+-@\t\r＝＋－＠")
_GUARDED: Final = (*_FORMULA, "'")
_LAST_YEAR: Final = 9999

Row = dict[str, Any]  # COLUMNS: texts, lists of words, and days as Unix seconds


class _File(msgspec.Struct, forbid_unknown_fields=True):
    tadamun: str
    v: int
    resources: list[dict[str, Any]]


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """All columns, a header first; begins with a byte order mark, without which spreadsheets garble Arabic."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_guarded(_cell(name, row[name])) for name in COLUMNS])
    return out.getvalue()


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """One document, days as 2026-11-21."""
    shown = [{name: _day(row[name]) if name in DAYS else row[name] for name in COLUMNS} for row in rows]
    made = msgspec.json.encode({"tadamun": "resources", "v": 1, "resources": shown})
    return msgspec.json.format(made, indent=1).decode() + "\n"


def read_csv(data: str) -> list[Row]:
    """Rows of a CSV file. Raises UsageError, naming the line."""
    _bounded(data)
    csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(io.StringIO(data.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _known(header)
        rows = []
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise UsageError(
                    "Line {line} has {count} cells, and the first line names {wanted}. Nothing was taken in.",
                    line=reader.line_num, count=len(cells), wanted=len(header),
                )  # fmt: skip
            given = {name: _bare(cell) for name, cell in zip(header, cells, strict=True)}
            rows.append(_row(given, reader.line_num))
            _few(rows)
    except csv.Error as error:
        raise UsageError("Line {line} is no line of a CSV file. Nothing was taken in.", line=reader.line_num) from error
    return rows


def read_json(data: str) -> list[Row]:
    """Rows of a JSON file as `as_json` writes it. Raises UsageError."""
    _bounded(data)
    try:
        file = msgspec.json.decode(data, type=_File)
    except (ValueError, RecursionError) as error:
        raise UsageError("That is no directory in JSON as it is exported here. Nothing was taken in.") from error
    if file.tadamun != "resources" or file.v != 1:
        raise UsageError("That file is from another program or a newer version. Nothing was taken in.")
    _few(file.resources)
    rows = []
    for number, given in enumerate(file.resources, 1):
        _known(list(given))
        for name, value in given.items():
            words = isinstance(value, list) and all(isinstance(word, str) for word in value)
            if not (words if name in LISTS else isinstance(value, str)):
                raise UsageError(
                    "Entry {line}: {column} is not what it should be. Nothing was taken in.", line=number, column=name
                )
        rows.append(_row(given, number))
    return rows


def _known(names: Sequence[str]) -> None:
    strange = [name for name in names if name not in COLUMNS]
    if strange:
        raise UsageError(
            "There is no column {column} here, and nothing is to be lost. Rename or remove it. Known are: {known}.",
            column=strange[0][:60], known=", ".join(COLUMNS),
        )  # fmt: skip
    if len(set(names)) != len(names) or "name" not in names:
        raise UsageError("The columns must be named, each once, and one of them is name. Nothing was taken in.")


def _row(given: Mapping[str, Any], line: int) -> Row:
    row: Row = {name: [] if name in LISTS else 0 if name in DAYS else "" for name in COLUMNS} | {"sort": "other"}
    for name, value in given.items():
        if name in LISTS:
            row[name] = value.split() if isinstance(value, str) else list(value)
        elif name in DAYS:
            row[name] = _seconds(value, line)
        elif value or name != "sort":
            row[name] = value
    return row


def _seconds(typed: str, line: int) -> int:
    if not typed.strip():
        return 0
    try:
        day = date.fromisoformat(typed.strip())
        seconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    except ValueError as error:
        raise UsageError("Line {line}: write days as 2025-11-21. Nothing was taken in.", line=line) from error
    if seconds <= 0:
        raise UsageError("Line {line}: that day is before 1970. Nothing was taken in.", line=line)
    return seconds


def _cell(name: str, value: Any) -> str:
    if name in LISTS:
        return " ".join(value)
    return _day(value) if name in DAYS else str(value)


def _day(seconds: int) -> str:
    """The day, "" for none or one that no calendar has."""
    if not 0 < seconds < DAY * 366 * (_LAST_YEAR - 1970):
        return ""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _guarded(cell: str) -> str:
    return "'" + cell if cell.startswith(_GUARDED) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell


def _bounded(data: str) -> None:
    if len(data.encode(errors="replace")) > MOST_BYTES:
        raise UsageError("That file has more than {most} bytes. Nothing was taken in. Divide it.", most=MOST_BYTES)


def _few(rows: Sequence[object]) -> None:
    if len(rows) > MOST_ROWS:
        raise UsageError("That file has more than {most} entries. Nothing was taken in. Divide it.", most=MOST_ROWS)
