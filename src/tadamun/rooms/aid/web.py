"""Aid's pages: which there are. What they show is in pages_*.py; here is what is no page of words: a file."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tadamun.core.words import N_
from tadamun.rooms.aid import pages_blind, pages_directory, pages_fits, pages_items, pages_ledger, pages_mentors
from tadamun.rooms.aid.pages_directory import MOST_FILE
from tadamun.web.page import Page, Visit

TYPES: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


async def download(visit: Visit) -> Response:
    """The directory as a file."""
    kind = "json" if visit.path["format"] == "json" else "csv"
    made = await visit.call("aid.resource_export", space=visit.path["space"], format=kind)
    named = {"Content-Disposition": f'attachment; filename="directory.{kind}"'}
    return Response(made["data"], media_type=TYPES[kind], headers=named)


PAGES: Final = (
    Page("/{space}/aid", "aid", pages_items.show_all, nav=N_("Mutual aid"), icon="aid"),
    Page("/{space}/aid/new", "aid-new", pages_items.writing, pages_items.write),
    Page("/{space}/aid/item/{item}", "aid-item", pages_items.show, pages_items.step),
    Page("/{space}/aid/change/{item}", "aid-change", pages_items.changing, pages_items.change),
    Page("/{space}/aid/fits", "aid-fits", pages_fits.show, pages_fits.keep),
    Page("/{space}/aid/blind", "aid-blind", pages_blind.show_all),
    Page("/{space}/aid/blind/help/{item}", "aid-blind-help", pages_blind.helping, pages_blind.help_with),
    Page("/{space}/aid/blind/talk/{opening}", "aid-blind-talk", pages_blind.show, pages_blind.act),
    Page("/{space}/aid/mentors", "aid-mentors", pages_mentors.show, pages_mentors.act),
    Page("/{space}/aid/ledger", "aid-ledger", pages_ledger.show_all),
    Page("/{space}/aid/ledger/{member}", "aid-between", pages_ledger.show, pages_ledger.act),
    Page("/{space}/aid/directory", "aid-directory", pages_directory.show_all),
    Page("/{space}/aid/directory/new", "aid-directory-new", pages_directory.adding, pages_directory.add),
    Page("/{space}/aid/directory/files", "aid-files", pages_directory.files, pages_directory.take_in, most=MOST_FILE),
    Page("/{space}/aid/directory/file/{format}", "aid-file", download),
    Page("/{space}/aid/resource/{resource}", "aid-resource", pages_directory.show, pages_directory.say_of),
    Page(
        "/{space}/aid/resource/{resource}/change",
        "aid-resource-change",
        pages_directory.changing,
        pages_directory.change,
    ),
)
