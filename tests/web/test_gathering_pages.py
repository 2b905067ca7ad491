"""The pages of gatherings: called, answered, changed, cancelled, with script off."""

from __future__ import annotations

import pytest

from kits.visitor import Pages
from tadamun.rooms.gatherings import times

pytestmark = pytest.mark.anyio

PLAN = {
    "title": "Picnic by the sea", "start": "2031-12-05T18:00", "end": "2031-12-05T21:00", "zone": "Asia/Beirut",
    "place": "Corniche", "text": "Bring tea.", "topic": "meet-up", "capacity": "20", "keep_days": "7",
}  # fmt: skip


async def called(pages: Pages, **more: str) -> tuple[str, str]:
    """(space, gathering)."""
    space = await pages.space("Circle", "Nour")
    answer = await pages.post(pages.url("gathering-new", space=space), {**PLAN, **more})
    assert answer.status == 200, answer.words
    return space, answer.path.rsplit("/", 1)[-1]


async def test_a_gathering_is_called_and_shown(pages: Pages) -> None:
    space, gathering = await called(pages)
    page = await pages.get(pages.url("gathering", space=space, gathering=gathering))
    for words in ("Picnic by the sea", "Friday, December 5, 2031", "Beirut time", "Corniche", "Bring tea.", "Meet-up"):
        assert words in page.words
    listed = await pages.get(pages.url("gatherings", space=space))
    assert "Picnic by the sea" in listed.words
    month = await pages.get(pages.url("gatherings-month", space=space, month="2031-12"))
    assert "December 2031" in month.words
    assert "Friday, December 5, 2031" in month.words
    assert "Picnic" not in (await pages.get(pages.url("gatherings-month", space=space, month="2031-11"))).words


async def test_hijri_days_are_shown_where_they_are_wanted(pages: Pages) -> None:
    space, gathering = await called(pages)
    where = pages.url("gathering", space=space, gathering=gathering)
    assert "1453" not in (await pages.get(where)).words
    await pages.post(pages.url("gatherings-month", space=space), {"hijri": "1", "month": "2031-12"})
    assert "1453 AH" in (await pages.get(where)).words
    await pages.post(pages.url("gatherings-month", space=space), {"month": "2031-12"})
    assert "1453" not in (await pages.get(where)).words


async def test_what_was_typed_stays_when_it_cannot_be(pages: Pages) -> None:
    space = await pages.space("Circle", "Nour")
    answer = await pages.post(
        pages.url("gathering-new", space=space), PLAN | {"end": "2031-12-05T17:00", "every": "week", "times": "3"}
    )
    assert "It would end before it begins" in answer.words
    for value in ('value="Picnic by the sea"', 'value="2031-12-05T18:00"', 'value="3"', "Bring tea."):
        assert value in answer.text
    assert not (await pages.call("gathering.list", space=space))["gatherings"]


async def test_one_answers_and_sees_who_comes(pages: Pages) -> None:
    soon = times.on_the_wall(pages.time.at + 14 * 86_400, "Asia/Beirut")
    space, gathering = await called(pages, start=soon, end="")
    where = pages.url("gathering", space=space, gathering=gathering)
    answer = await pages.post(where, {"status": "accepted", "note": "with cake"})
    assert "You are coming." in answer.words
    people = await pages.get(pages.url("gathering-people", space=space, gathering=gathering))
    for words in ("Coming", "Nour", "with cake", "destroyed within a day of"):
        assert words in people.words


async def test_it_is_changed_and_cancelled(pages: Pages) -> None:
    space, gathering = await called(pages)
    change = pages.url("gathering-change", space=space, gathering=gathering)
    form = await pages.get(change)
    assert 'value="2031-12-05T18:00"' in form.text
    answer = await pages.post(change, PLAN | {"title": "Picnic, later", "start": "2031-12-05T19:00"})
    assert "Picnic, later" in answer.words
    assert "7:00" in answer.words
    answer = await pages.post(pages.url("gathering-cancel", space=space, gathering=gathering), {"reason": "It rains"})
    assert "This gathering is cancelled." in answer.words
    assert "It rains" in answer.words
    assert "Do you come?" not in answer.words


async def test_a_whole_day_and_a_series(pages: Pages) -> None:
    space = await pages.space("Circle", "Nour")
    new = pages.url("gathering-new", space=space, whole=1)
    assert 'type="date"' in (await pages.get(new)).text
    fields = {"title": "Pride", "whole": "1", "day": "2031-05-16", "every": "year", "times": "2", "keep_days": "30"}
    answer = await pages.post(pages.url("gathering-new", space=space), fields)
    assert "Friday, May 16, 2031" in answer.words
    found = await pages.call("gathering.list", space=space)
    assert [one["day"] for one in found["gatherings"]] == ["2031-05-16", "2032-05-16"]


async def test_addresses_that_make_no_sense_are_answered_kindly(pages: Pages) -> None:
    space, _ = await called(pages)
    for where in (
        f"/{space}/gatherings/ffff",
        f"/{space}/gatherings/%3Cscript%3E",
        pages.url("gatherings", space=space, past="x"),
        pages.url("gatherings", space=space, topic="a b,c"),
        pages.url("gatherings-month", space=space, month="2031-99"),
        pages.url("gatherings-month", space=space, month="9999-12"),
        pages.url("gatherings-month", space=space, month="1970-01"),
    ):
        page = await pages.get(where)
        assert page.status < 500, where
        assert "<script>" not in page.text


async def test_roles_meeting_point_and_coming_back_are_explained_to_who_is_alone(pages: Pages) -> None:
    space, gathering = await called(pages)
    roles = pages.url("gathering-roles", space=space, gathering=gathering)
    assert "No briefing for you" in (await pages.get(roles)).words
    answer = await pages.post(roles, {"role": "medic", "text": "The van stands behind the school."})
    assert "Name at least one member" in answer.words
    assert "The van stands behind the school." in answer.text
    point = pages.url("gathering-point", space=space, gathering=gathering)
    assert "There is no sealed meeting point." in (await pages.get(point)).words
    answer = await pages.post(point, {"place": "Behind the school", "need": "2", "opens": "2031-12-05T16:00"})
    assert "Name as many marshals as are needed" in answer.words
    assert "Behind the school" in answer.text
    care = await pages.get(pages.url("gatherings-care", space=space))
    assert "you need at least two other members" in care.words


async def test_calendar_files_go_out_discreetly_and_come_in_with_a_look_before(pages: Pages) -> None:
    space, gathering = await called(pages)
    assert (
        "leaves this program"
        in (await pages.get(pages.url("gatherings-export", space=space, gathering=gathering))).words
    )
    where = pages.url("gatherings-calendar", space=space, gathering=gathering, **{"as": "Appointment"})
    out = await pages.get(where)
    assert out.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:Appointment" in out.text
    assert "Picnic" not in out.text
    whole = (await pages.get(pages.url("gatherings-calendar", space=space))).text
    assert "Picnic by the sea" in whole
    where = pages.url("gatherings-import", space=space)
    assert "First you see what is in it." in (await pages.get(where)).words
    answer = await pages.post(where, {"calendar": "nonsense", "chosen": "0"})
    assert "No calendar could be read" in answer.words
    soon = whole.replace("20311205", times.on_the_wall(pages.time.at + 9 * 86_400, "UTC")[:10].replace("-", ""))
    answer = await pages.post(where, {"calendar": soon, "chosen": "0"})
    assert "Picnic by the sea" in answer.words
    assert len((await pages.call("gathering.list", space=space))["gatherings"]) == 2
