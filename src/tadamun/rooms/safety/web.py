"""Safety's pages: which there are. What they show is in pages_*.py."""

from __future__ import annotations

from typing import Final

from tadamun.core.words import N_
from tadamun.rooms.safety import pages_cases, pages_own, pages_rehearse
from tadamun.rooms.safety.pages_words import within
from tadamun.web.page import Page

# "safety" is the page of safety numbers, in people.
PAGES: Final = (
    Page(
        "/{space}/safety", "safety-room", within(pages_own.show), within(pages_own.act), nav=N_("Safety"), icon="safety"
    ),
    Page("/{space}/safety/cases", "safety-cases", within(pages_cases.show_all)),
    Page("/{space}/safety/cases/{case}", "safety-case", within(pages_cases.show), within(pages_cases.act)),
    Page("/{space}/safety/report/{post}", "safety-report", within(pages_cases.reporting), within(pages_cases.report)),
    Page("/{space}/safety/rehearsal", "safety-rehearse", within(pages_rehearse.show)),
)
