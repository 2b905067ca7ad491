"""Full text over what rooms want found: words by their stems, and any part of a word by its trigrams.

`search_words` indexes stems, `search_parts` trigrams of the normalised text; neither keeps text (content=''), and both
are told what to take out, so that under FTS5's secure-delete nothing of a removed text stays in their segments. (FTS5's
own way of deleting without the text, contentless_delete, leaves the words there until segments merge.)
A topic that an event opens goes by that event's number in the log, which spares an index of random ids; any other goes
by its name, under a negative number.
Asking: all words must match, by stem; if nothing does, the last word may be unfinished; then words may be parts of
words; then one word may be missing. "Quoted words" must stand together. No spelling of a query is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, Final

import msgspec

from tadamun.core.ports import Tables
from tadamun.core.room import SearchText
from tadamun.store import arabic

_encode: Final = msgspec.json.Encoder().encode

MAX_WORDS: Final = 12  # of a query; more say no more
CANDIDATES: Final = 100  # the newest that match, put in order by how they match

MOST_PREPARED: Final = 4_000  # texts, of so many characters at most: two batches, and some megabytes
LONGEST_PREPARED: Final = 1_000
_prepared: Final[dict[str, tuple[str, str]]] = {}

Key = int | str  # the number in the log of the event that opens a topic, or the name of one that none opens
_TOPIC: Final = "coalesce(s.name, (SELECT lower(hex(log.id)) FROM log WHERE log.n = s.n))"
_FOUND: Final = (
    f"SELECT {_TOPIC}, s.text, s.created_at, s.n FROM {{0}} JOIN search s ON s.n = {{0}}.rowid"
    " WHERE {0} MATCH ? AND {1} ORDER BY {0}.rowid DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """groups: words, or phrases of several, normalised. last_open: the last may be the beginning of a word."""

    groups: tuple[tuple[str, ...], ...]
    last_open: bool


def prepare(text: str) -> None:
    """Normalise a text that is soon to be put: half of the work, and it needs no transaction. Thread-safe."""
    if text and len(text) <= LONGEST_PREPARED:
        if len(_prepared) >= MOST_PREPARED:
            _prepared.clear()  # of something that was given up
        _prepared[text] = arabic.both(text)


def _taken(text: str) -> tuple[str, str]:
    """A text normalised, and its stems."""
    try:
        return _prepared.pop(text)
    except KeyError:
        return arabic.both(text)


def put(tx: Tables, space: int, topic: Key, found: SearchText) -> None:
    """Make a topic findable by this text instead of whatever it was found by before."""
    put_many(tx, space, [(topic, found)])


def put_many(tx: Tables, space: int, texts: Sequence[tuple[Key, SearchText]]) -> None:
    """The same for many; thousands at once cost least. A topic given twice: the last counts."""
    last = dict(texts)
    _remove(tx, _rows(tx, space, last))
    (least,) = tx.execute("SELECT min(0, coalesce(min(n), 0)) FROM search")[0]
    rows = []
    for topic, found in last.items():
        plain, words = _taken(found.text)
        labels = " ".join([_label("author", found.author), *(_label("topic", label) for label in found.topics)])
        if isinstance(topic, int):
            n, name = topic, None
        else:
            n, name = least - 1, topic
            least = n
        rows.append((n, space, name, found.created_at, labels, words, plain))
    tx.many("INSERT INTO search (n, space, name, created_at, labels, words, text) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    # One statement each: an FTS5 index writes a segment at the end of every statement.
    some = (_listed(row[0] for row in rows),)
    among = "FROM search WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n"
    tx.execute(f"INSERT INTO search_words (rowid, words, labels) SELECT n, words, labels {among}", some)
    tx.execute(f"INSERT INTO search_parts (rowid, text) SELECT n, text {among}", some)


def remove(tx: Tables, space: int, topics: Iterable[Key]) -> None:
    """Nothing finds these topics any more, and nothing of their text stays."""
    _remove(tx, _rows(tx, space, topics))


def clear(tx: Tables, space: int | None = None) -> None:
    """Forget everything, or everything of one space: before a rebuild, and on leaving."""
    if space is not None:
        own, every = tx.execute("SELECT coalesce(sum(space = ?), 0), count(*) FROM search", (space,))[0]
        if own <= every - own:
            _remove(tx, tx.execute("SELECT n, words, labels, text FROM search WHERE space = ?", (space,)))
            return
    for table in ("search_words", "search_parts"):
        tx.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
    tx.execute("DELETE FROM search WHERE ?1 IS NULL OR space = ?1", (space,))
    # A millisecond is what it costs to take a text out of the indexes, and a tenth of that to put one in: those of the
    # other spaces, if they are the fewer.
    tx.execute("INSERT INTO search_words (rowid, words, labels) SELECT n, words, labels FROM search")
    tx.execute("INSERT INTO search_parts (rowid, text) SELECT n, text FROM search")


def find(
    tables: Tables,
    space: int,
    query: str,
    limit: int,
    *,
    author: str | None = None,
    topic: str | None = None,
    since: int | None = None,
    until: int | None = None,
) -> list[str]:
    """Topics of the space, best first: those with the words as typed, then the newest.

    author: member id; topic: a label; since, until: Unix seconds, inclusive. A query without words finds the newest
    that pass the filters.
    """
    where = "s.space = ?"
    arguments: list[Any] = [space]
    for condition, value in (("s.created_at >= ?", since), ("s.created_at <= ?", until)):
        if value is not None:
            where += f" AND {condition}"
            arguments.append(value)
    labels = [_label(kind, value) for kind, value in (("author", author), ("topic", topic)) if value is not None]
    limit = max(limit, 0)
    asked = parse(query)
    if not asked.groups:
        among = "" if not labels else " AND s.n IN (SELECT rowid FROM search_words WHERE search_words MATCH ?)"
        rows = tables.execute(
            f"SELECT {_TOPIC} FROM search s WHERE {where}{among} ORDER BY s.created_at DESC, s.n DESC LIMIT ?",
            (*arguments, *([_labelled(labels)] if labels else []), limit),
        )
        return [row[0] for row in rows]
    for words, parts in _tries(asked):
        if parts:
            rows = _with_parts(tables, parts, labels, where, arguments, max(limit, CANDIDATES))
        else:
            match = " AND ".join([f"words : ({words})", *([_labelled(labels)] if labels else [])])
            rows = tables.execute(_FOUND.format("search_words", where), (match, *arguments, max(limit, CANDIDATES)))
        if rows:
            return [row[0] for row in sorted(rows, key=lambda row: _worth(asked, row))][:limit]
    return []


def _with_parts(
    tables: Tables, parts: Sequence[str], labels: Sequence[str], where: str, arguments: Sequence[Any], most: int
) -> list[tuple[Any, ...]]:
    """Rows whose text holds all the parts: trigrams say which may, the text itself which do."""
    grams = dict.fromkeys(part[k : k + 3] for part in parts for k in range(len(part) - 2))
    where += " AND instr(s.text, ?) > 0" * len(parts)
    given = [" AND ".join(map(_quoted, grams)), *arguments, *parts]
    if labels:
        where += " AND s.n IN (SELECT rowid FROM search_words WHERE search_words MATCH ?)"
        given.append(_labelled(labels))
    return tables.execute(_FOUND.format("search_parts", where), (*given, most))


def parse(query: str) -> _Asked:
    """What is asked for, in normalised words. Signs mean nothing, save quotation marks around words."""
    plain = arabic.normal(query[:1_000]).translate({ord(mark): '"' for mark in "“”«»„"})
    groups: list[tuple[str, ...]] = []
    pieces = plain.split('"')
    for index, piece in enumerate(pieces):
        found = arabic.words(piece)
        if index % 2 and len(pieces) - 1 > index:
            groups += [tuple(found)] if found else []
        else:
            groups += [(word,) for word in found]
    telling = [group for group in groups if len(group) > 1 or not arabic.is_stop(group[0])]
    groups = list(dict.fromkeys(telling or groups))[:MAX_WORDS]
    last_open = bool(plain) and not plain[-1].isspace() and bool(groups) and plain.endswith(groups[-1][-1])
    return _Asked(tuple(groups), last_open)


def _tries(asked: _Asked) -> Iterator[tuple[str, tuple[str, ...]]]:
    """FTS5 expressions on stems, or parts the text must hold: each is asked only if those before found nothing."""
    exact = [_by_stem(group) for group in asked.groups]
    yield " AND ".join(exact), ()
    last = asked.groups[-1][-1]
    if asked.last_open and len(asked.groups[-1]) == 1 and len(last) >= 2:
        yield " AND ".join([*exact[:-1], f"({exact[-1]} OR {_quoted(last)} *)"]), ()
    parts = tuple(" ".join(group) for group in asked.groups)
    if all(len(part) >= 3 for part in parts):
        yield "", parts
    if len(exact) > 1:
        yield " OR ".join(f"({' AND '.join(some)})" for some in combinations(exact, len(exact) - 1)), ()


def _by_stem(group: tuple[str, ...]) -> str:
    rest = " ".join(map(arabic.stem, group[1:]))
    return "(" + " OR ".join(_quoted(f"{first} {rest}".strip()) for first in arabic.spellings(group[0])) + ")"


def _quoted(text: str) -> str:
    """An FTS5 string: whatever is in it, it is words and no operator."""
    return '"' + text.replace('"', '""') + '"'


def _worth(asked: _Asked, row: tuple[Any, ...]) -> tuple[int, int, int]:
    _, text, created_at, n = row
    as_typed = sum(" ".join(group) in text for group in asked.groups)
    return -as_typed, -created_at, -n


def _rows(tables: Tables, space: int, topics: Iterable[Key]) -> list[tuple[Any, ...]]:
    known = list(topics)
    rows: list[tuple[Any, ...]] = []
    for column, some in (
        ("n", [topic for topic in known if isinstance(topic, int)]),
        ("name", [topic for topic in known if isinstance(topic, str)]),
    ):
        if some:
            among = f"{column} IN (SELECT value FROM json_each(?))"
            sql = f"SELECT n, words, labels, text FROM search WHERE space = ? AND {among}"
            rows += tables.execute(sql, (space, _listed(some)))
    return rows


def _remove(tx: Tables, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    tx.many(
        "INSERT INTO search_words (search_words, rowid, words, labels) VALUES ('delete', ?, ?, ?)",
        [row[:3] for row in rows],
    )
    tx.many(
        "INSERT INTO search_parts (search_parts, rowid, text) VALUES ('delete', ?, ?)",
        [(row[0], row[3]) for row in rows],
    )
    tx.execute("DELETE FROM search WHERE n IN (SELECT value FROM json_each(?))", (_listed(row[0] for row in rows),))


def _listed(values: Iterable[Key]) -> str:
    return _encode(list(values)).decode()


@lru_cache(maxsize=10_000)
def _label(kind: str, value: str) -> str:
    """An author or topic as one word that no text contains by chance, whatever signs it is written with."""
    return hashlib.blake2b(f"{kind}\0{value}".encode("utf-8", "replace"), digest_size=10).hexdigest()


def _labelled(labels: Sequence[str]) -> str:
    return f"labels : ({' AND '.join(map(_quoted, labels))})"
