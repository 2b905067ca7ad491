"""Days by the Umm al-Qura calendar, beside the common ones, for whoever wants them.

It is a calendar computed beforehand (hijridate, years 1343 to 1500): where a month begins by sighting the moon, it may
be a day off. So the days are shown, and nothing is counted by them.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from tadamun.i18n import formats
from tadamun.i18n.tongue import current
from tadamun.i18n.words import say

_FIRST: Final = date(1924, 8, 1)
_LAST: Final = date(2077, 11, 16)


def of(day: date) -> str:
    """`11 Jumada al-Akhirah 1448 AH`, in the person's language and digits; "" for days the calendar does not know."""
    if not _FIRST <= day <= _LAST:
        return ""
    from hijridate import Gregorian

    there = Gregorian.fromdate(day).to_hijri()
    number, year = formats.number(there.day), formats.number(there.year).replace(",", "").replace("٬", "")
    month = there.month_name("ar" if current().code == "ar" else "en")
    return say("{day} {month} {year} AH", day=number, month=month, year=year)
