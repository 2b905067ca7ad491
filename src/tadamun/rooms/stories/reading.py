"""Look-ups in the tables of stories, for one member. This file does not know names or pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Tables
from tadamun.rooms.stories.bodies import Campaign

LEAST_ID: Final = 4  # characters
_ROW: Final = (
    "id, author, d, of, version, title, text, summary, topics, language, when_, place, warning, with_, gone,"
    " created_at, seq, changed_by"
)


class Row(NamedTuple):
    """One story as the table has it."""

    id: str
    author: str
    d: str
    of: str
    version: int
    title: str
    text: str
    summary: str
    topics: str
    language: str
    when: str
    place: str
    warning: str
    with_: str
    gone: str
    created_at: int
    seq: int
    changed_by: str

    @property
    def original(self) -> str:
        """The story that it and its translations are versions of."""
        return self.of or self.id


class Out(NamedTuple):
    """That its author made a story public. at: as they claim."""

    story: str
    version: int
    how: str
    public: str
    withdrawn: int
    at: int


class Reader:
    """Reads one space for one member."""

    def __init__(self, tables: Tables, space: str, me: str) -> None:
        self.tables, self.space, self.me = tables, space, me

    def stories(self, drafts: bool, topic: str = "", language: str = "", limit: int = 100, start: int = 0) -> list[Row]:
        """Newest first: what the whole space reads, or drafts."""
        where, values = ["gone = ''", "with_ <> ''" if drafts else "with_ = ''"], list[object]()
        if topic:
            where.append("instr(topics, ?)")
            values.append(f" {topic} ")
        if language:
            where.append("(language = ? OR language LIKE ?)")
            values += (language, f"{language}-%")
        return self._rows(f"{' AND '.join(where)} ORDER BY created_at DESC, id LIMIT ? OFFSET ?", *values, limit, start)

    def by_ids(self, ids: Sequence[str]) -> list[Row]:
        """Those of these that are stories of the space and stand, in the order given."""
        marks = ", ".join("?" * len(ids))
        found = {row.id: row for row in self._rows(f"id IN ({marks}) AND gone = '' AND with_ = ''", *ids)}
        return [found[one] for one in ids if one in found]

    def story(self, wanted: str) -> Row:
        """A story or a draft by its id or the beginning of it. Raises UsageError."""
        found = self._rows("id GLOB ? LIMIT 2", _beginning(wanted))
        if len(found) != 1:
            raise UsageError("There is no such story here. It may not have arrived yet.")
        return found[0]

    def versions(self, original: str) -> list[Row]:
        """A story and its translations, by language."""
        return self._rows("(id = ? OR of = ?) AND with_ = '' AND gone = '' ORDER BY language, id", original, original)

    def published(self, stories: Sequence[str]) -> list[Out]:
        """Which of these were made public, as their authors told."""
        marks = ", ".join("?" * len(stories))
        rows = self.tables.execute(
            "SELECT id, version, how, public, withdrawn, at FROM stories_published"
            f" WHERE space = ? AND id IN ({marks}) ORDER BY at, id",
            (self.space, *stories),
        )
        return [Out(*row) for row in rows]

    def campaigns(self) -> list[tuple[str, str, Campaign]]:
        """(id, author, campaign), the newest first."""
        rows = self.tables.execute(
            "SELECT id, author, body FROM stories_campaigns WHERE space = ? AND gone = 0 ORDER BY created_at DESC, id",
            (self.space,),
        )
        return [(key, author, msgspec.json.decode(body, type=Campaign)) for key, author, body in rows]

    def campaign(self, wanted: str) -> tuple[str, str, Campaign]:
        """By its id or the beginning of it. Raises UsageError."""
        found = [one for one in self.campaigns() if one[0].startswith(wanted)] if len(wanted) >= LEAST_ID else []
        if len(found) != 1:
            raise UsageError("There is no such campaign here. It may not have arrived yet, or was taken away.")
        return found[0]

    def _rows(self, where: str, *values: object) -> list[Row]:
        asked = f"SELECT {_ROW} FROM stories_told WHERE space = ? AND {where}"
        return [Row(*row) for row in self.tables.execute(asked, (self.space, *values))]


def _beginning(wanted: str) -> str:
    """A pattern of ids that begin so. Raises UsageError for what begins none."""
    if not LEAST_ID <= len(wanted) <= 64 or set(wanted) - set("0123456789abcdef"):
        raise UsageError("A story is meant by its id, or by at least {least} characters of it.", least=LEAST_ID)
    return wanted + "*"
