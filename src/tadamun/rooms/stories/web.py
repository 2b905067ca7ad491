"""Stories' pages: which there are, and the static site as a file to take along. What they show is in pages*.py."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tadamun.core.words import N_
from tadamun.rooms.stories import pages, pages_public
from tadamun.web.page import Page, Visit


async def archive(visit: Visit) -> Response:
    """The static site that was just made, once."""
    made = pages_public.made_site(visit)
    if made is None:
        return visit.see("stories-site", N_("It was taken along already. Make it again."), space=visit.path["space"])
    headers = {"Content-Disposition": 'attachment; filename="site.zip"'}
    return Response(made, media_type="application/zip", headers=headers)


PAGES: Final = (
    Page("/{space}/stories", "stories", pages.show_all, nav=N_("Stories"), icon="stories"),
    Page("/{space}/stories/new", "story-new", pages.writing, pages.write),
    Page("/{space}/stories/campaigns", "campaigns", pages_public.campaigns),
    Page("/{space}/stories/campaigns/new", "campaign-new", pages_public.calling, pages_public.call),
    Page("/{space}/stories/campaigns/{campaign}", "campaign", pages_public.campaign, pages_public.end),
    Page("/{space}/stories/campaigns/{campaign}/change", "campaign-change", pages_public.calling, pages_public.call),
    Page("/{space}/stories/site", "stories-site", pages_public.site, pages_public.make_site),
    Page("/{space}/stories/site/file", "stories-site-file", archive),
    Page("/{space}/stories/{story}", "story", pages.show, pages.act),
    Page("/{space}/stories/{story}/change", "story-change", pages.changing, pages.change),
    Page("/{space}/stories/{story}/publish", "story-publish", pages_public.previewing, pages_public.publish),
    Page("/{space}/stories/{story}/take-back", "story-back", pages.show, pages_public.take_back),
)
