"""Aid's pages: which there are. What they show is in pages_*.py."""

from __future__ import annotations

from typing import Final

from tadamun.core.words import N_
from tadamun.rooms.aid import pages_fits, pages_items
from tadamun.web.page import Page

PAGES: Final = (
    Page("/{space}/aid", "aid", pages_items.show_all, nav=N_("Mutual aid"), icon="aid"),
    Page("/{space}/aid/new", "aid-new", pages_items.writing, pages_items.write),
    Page("/{space}/aid/item/{item}", "aid-item", pages_items.show, pages_items.step),
    Page("/{space}/aid/change/{item}", "aid-change", pages_items.changing, pages_items.change),
    Page("/{space}/aid/fits", "aid-fits", pages_fits.show, pages_fits.keep),
)
