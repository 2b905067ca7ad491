"""Talk's pages: which there are. What they show is in pages_*.py; here is what is no page of words: pictures, and
what a script keeps while somebody writes."""

from __future__ import annotations

import base64
from typing import Final

from starlette.responses import Response

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.rooms.talk import pages_ask, pages_compose, pages_list, pages_messages, pages_thread
from tadamun.web.guard import MOST_BODY
from tadamun.web.page import Page, Visit


async def picture(visit: Visit) -> Response:
    """One picture of a post, once all of it is here."""
    number = visit.path["number"]
    found = await visit.call(
        "talk.image", space=visit.path["space"], post=visit.path["post"],
        number=int(number) if number in ("1", "2", "3", "4") else 1,
    )  # fmt: skip
    if not found["ready"]:
        raise UsageError("This picture is still coming, or did not come whole. Look again later.")
    return _picture(found["data"], found["type"])


async def attached(visit: Visit) -> Response:
    """A picture that waits for its post."""
    found = await visit.call("talk.attached", space=visit.path["space"], ids=[visit.path["picture"]], data=True)
    if not found["pictures"]:
        raise UsageError("A picture is not there any more. Nothing was sent: choose it again.")
    [one] = found["pictures"]
    return _picture(one["data"], one["type"])


async def attach(visit: Visit) -> Response:
    """Take in a picture that was let fall or pasted; gives what the composer shows of it."""
    file = visit.form.file("picture")
    if file is None:
        raise UsageError("Choose one picture.")
    made = await pages_compose.attach(visit, await file.read(), visit.form.line("alt"))
    return await visit.render("talk/attached.html", picture=made)


async def keep(visit: Visit) -> Response:
    """Keep what is being written, or throw it away."""
    space, form = visit.path["space"], visit.form
    fields = pages_compose.fields_of(form)
    away = form.flag("away") or not (form.text("text").strip() or any(fields.values()))
    kept = {} if away else {"text": form.text("text"), "fields": fields}
    await visit.call("talk.draft", space=space, place=form.line("place"), **kept)
    if form.flag("away"):
        return visit.see("talk", N_("The draft is thrown away."), space=space)
    return Response(status_code=204)


def _picture(data: str, kind: str) -> Response:
    return Response(base64.b64decode(data), media_type=kind, headers={"Content-Disposition": "inline"})


PAGES: Final = (
    Page("/{space}/talk", "talk", pages_list.show, pages_list.write, most=MOST_BODY, nav=N_("Talk"), icon="talk"),
    Page("/{space}/talk/search", "talk-search", pages_list.search),
    Page("/{space}/talk/messages", "talk-messages", pages_messages.show_all),
    Page("/{space}/talk/messages/{member}", "talk-message", pages_messages.show, pages_messages.write, most=MOST_BODY),
    Page("/{space}/talk/ask", "talk-ask", pages_ask.show, pages_ask.ask),
    Page("/{space}/talk/let-go", "talk-let-go", post=pages_ask.let_go),
    Page("/{space}/talk/audience", "talk-audience", pages_messages.audience),
    Page("/{space}/talk/thread/{thread}", "talk-thread", pages_thread.show, pages_thread.answer, most=MOST_BODY),
    Page("/{space}/talk/edit/{post}", "talk-edit", pages_thread.change, pages_thread.changed),
    Page("/{space}/talk/retract/{post}", "talk-retract", pages_thread.retracting, pages_thread.retracted),
    Page("/{space}/talk/react", "talk-react", post=pages_thread.react),
    Page("/{space}/talk/read", "talk-read", post=pages_list.mark, repeatable=True),
    Page("/{space}/talk/draft", "talk-draft", post=keep, repeatable=True),
    Page("/{space}/talk/attach", "talk-attach", post=attach, repeatable=True, most=MOST_BODY),
    Page("/{space}/talk/attached/{picture}", "talk-attached", attached),
    Page("/{space}/talk/picture/{post}/{number}", "talk-picture", picture),
)
