"""`python -m tadamun.i18n.catalogue`: bring the catalogues in step with the source, and compile them.

New sentences are added to each .po without a translation, gone ones are dropped, and the .mo beside it is written: it
is kept with the source so that a start compiles nothing (a test holds the three in step). Exits 1 while a translation
is missing.
Only people who change words run this; Babel's catalogue part is not imported otherwise.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tadamun.i18n.extract import Found, in_tree
from tadamun.i18n.templates import in_folder
from tadamun.i18n.words import DOMAIN, LOCALES

SOURCE: Final = LOCALES.parent.parent
TRANSLATED: Final = ("ar",)  # English is the source itself
# Nothing in the files may depend on when or by whom they were made.
_EPOCH: Final = datetime(2025, 1, 1, tzinfo=UTC)


def path_of(code: str, ending: str) -> Path:
    return LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def found() -> Iterator[Found]:
    """Everything in the source: of Python, then of the pages' templates."""
    yield from in_tree(SOURCE)
    yield from in_folder(SOURCE)


def wanted() -> Catalog:
    """The sentences of the source, untranslated, with the files they stand in."""
    template = Catalog()
    for each in found():
        if each.message:
            template.add((each.message, each.plural) if each.plural else each.message, locations=[(each.file, 0)])
    return template


def read(code: str) -> Catalog:
    """A language's catalogue as it is kept. Raises OSError, ValueError where it cannot be read."""
    with path_of(code, "po").open("rb") as file:
        return read_po(file, locale=code, domain=DOMAIN, abort_invalid=True)


def in_step(code: str) -> Catalog:
    """The catalogue with exactly the sentences of the source: translations kept, nothing guessed."""
    catalogue = read(code)
    catalogue.update(wanted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = _EPOCH
    catalogue.project, catalogue.version = "Tadamun", "1"
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    return catalogue


def as_po(catalogue: Catalog) -> bytes:
    written = io.BytesIO()
    write_po(written, catalogue, width=120, ignore_obsolete=True, include_lineno=False)
    return written.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def untranslated(catalogue: Catalog) -> list[Message]:
    """Sentences without a translation in every form the language has."""
    return [message for message in catalogue if message.id and not all(_forms(message.string))]


def _forms(string: str | Iterable[str] | None) -> Iterable[str]:
    return string if isinstance(string, tuple | list) else (str(string or ""),)


def main() -> int:
    missing = 0
    for code in TRANSLATED:
        catalogue = in_step(code)
        path_of(code, "po").write_bytes(as_po(catalogue))
        path_of(code, "mo").write_bytes(as_mo(catalogue))
        for message in untranslated(catalogue):
            missing += 1
            print(f"{code}: {message.id!r}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
