"""Numbers, sizes, dates and relative times in the person's language and digits, by Babel.

Babel is imported only when a format needs it: a command that shows none starts without it. Times come in Unix
seconds, and "now" is always an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import date as Date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tadamun.i18n.tongue import Language, current

if TYPE_CHECKING:
    from babel import Locale

# Years 6 to 9987: a time that somebody merely claims may lie beyond any calendar, and is then shown at its edge.
_FIRST: Final = -62_000_000_000
_LAST: Final = 253_000_000_000
_CALENDARS: Final = {"ar": ("EG", "LB", "DZ", "MA", "MR"), "en": ("US", "GB")}
_LATIN: Final = "0123456789"
_ARABIC: Final = str.maketrans(_LATIN, "٠١٢٣٤٥٦٧٨٩")


@lru_cache(maxsize=8)
def _locale(language: Language) -> Locale:
    """The locale with its territory where CLDR knows the pair, else the language alone."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale(language.code, territory=language.territory or None)
    except UnknownLocaleError:
        return Locale(language.code)


def locale() -> Locale:
    """Babel's locale of the current language."""
    return _locale(current())


def _digits(language: Language) -> str:
    return language.digits or _locale(language).default_numbering_system


def number(value: int) -> str:
    """A whole number with the language's digits and grouping."""
    language = current()
    if language.code == "en":
        return f"{value:,}"
    from babel.numbers import format_decimal

    text = format_decimal(value, locale=_locale(language), numbering_system=_digits(language))
    return _in_digits(text, language)


def size(count: int) -> str:
    """Bytes, in the unit (powers of 1,000) that leaves at most three digits: `1.4 MB`.

    The units' names are ours: CLDR lacks them for some counts in Arabic, and Babel then writes the unit's code.
    """
    from babel.numbers import format_decimal

    from tadamun.i18n.words import _, say_count

    if count < 1000:
        return say_count("{count} byte", "{count} bytes", count)
    forms = (_("{size} kB"), _("{size} MB"), _("{size} GB"), _("{size} TB"))
    value, unit = count / 1000, 0
    while value >= 1000 and unit < len(forms) - 1:
        value, unit = value / 1000, unit + 1
    language = current()
    rounded = round(value, 1) if value < 10 else round(value)
    text = format_decimal(rounded, locale=_locale(language), numbering_system=_digits(language))
    return forms[unit].replace("{size}", _in_digits(text, language))


def ago(then: int, now: int) -> str:
    """How long ago, or in how long: `3 hours ago`. Claims of the future beyond a minute are shown as such."""
    from babel.dates import format_timedelta

    language = current()
    if abs(now - then) < 45:
        from tadamun.i18n.words import _

        return _("just now")
    text = format_timedelta(timedelta(seconds=on_calendar(then) - now), add_direction=True, locale=_locale(language))
    return _in_digits(text, language)


def span(seconds: int) -> str:
    """A length of time: `7 days`."""
    from babel.dates import format_timedelta

    language = current()
    return _in_digits(format_timedelta(timedelta(seconds=seconds), threshold=1.5, locale=_locale(language)), language)


def date(moment: int, zone: tzinfo | None = None) -> str:
    """The day and time, in the given zone or this computer's: `November 21, 2025, 9:35 AM`."""
    from babel.dates import format_date, format_time

    language = current()
    locale = _locale(language)
    there = datetime.fromtimestamp(on_calendar(moment), UTC).astimezone(zone)
    day, time = format_date(there, "long", locale=locale), format_time(there, "short", locale=locale)
    joined = str(locale.datetime_formats["medium"]).replace("{1}", day).replace("{0}", time)
    return _in_digits(joined, language)


def day(moment: int, zone: tzinfo | None = None) -> str:
    """The day alone: `November 21, 2025`."""
    from babel.dates import format_date

    language = current()
    there = datetime.fromtimestamp(on_calendar(moment), UTC).astimezone(zone)
    return _in_digits(format_date(there, "long", locale=_locale(language)), language)


def full_day(day: Date) -> str:
    """A day with its name: `Saturday, December 5, 2026`."""
    from babel.dates import format_date

    language = current()
    return _in_digits(format_date(day, "full", locale=_locale(language)), language)


def month(day: Date) -> str:
    """The month that day is in: `December 2026`."""
    from babel.dates import format_skeleton

    language = current()
    return _in_digits(format_skeleton("yMMMM", day, locale=_locale(language)), language)


def clock(moment: int, zone: tzinfo | None = None) -> str:
    """The hour and minute, in the given zone or this computer's: `6:00 PM`."""
    from babel.dates import format_time

    language = current()
    there = datetime.fromtimestamp(on_calendar(moment), UTC).astimezone(zone)
    return _in_digits(format_time(there, "short", locale=_locale(language)), language)


def left(seconds: int) -> str:
    """A time that runs out, rounded down to days, hours or minutes, so that nobody counts on more than there is."""
    from tadamun.i18n.words import _, say_count

    if seconds <= 0:
        return _("no time left")
    if seconds < 60:
        return _("less than a minute")
    if seconds < 2 * 3600:
        return say_count("{count} minute", "{count} minutes", seconds // 60)
    if seconds < 2 * 86_400:
        return say_count("{count} hour", "{count} hours", seconds // 3600)
    return say_count("{count} day", "{count} days", seconds // 86_400)


def calendars(language: Language, year: int) -> tuple[tuple[str, str], ...]:
    """What to choose among in settings: a territory for each way to write a date, and the 15th of August so written.

    August has five names in Arabic: أغسطس in Egypt and the Gulf, آب in the Levant and Iraq, أوت in Algeria and Tunisia,
    غشت in Morocco, أغشت in Mauritania. English differs in the order of day and month.
    """
    from babel.dates import format_date

    shown = []
    for territory in _CALENDARS[language.code]:
        there = Language(language.code, territory, language.digits)
        text = format_date(Date(year, 8, 15), "long", locale=_locale(there))
        shown.append((territory, _in_digits(text, there)))
    return tuple(shown)


def on_calendar(moment: int) -> int:
    """The time, or the edge of the calendar it lies beyond."""
    return max(_FIRST, min(moment, _LAST))


def _in_digits(text: str, language: Language) -> str:
    """Babel takes a numbering system's signs, but writes Latin digits whatever the system (Babel 2.18)."""
    return text.translate(_ARABIC) if _digits(language) == "arab" else text


def listed(parts: Sequence[str]) -> str:
    """`a, b, and c`, as the language joins them."""
    from babel.lists import format_list

    return format_list(list(parts), locale=_locale(current())) if parts else ""


def tongue(tag: str) -> str:
    """What a language is called in the current one, of its tag (BCP 47): `Arabic (Lebanon)`. The tag itself where CLDR
    does not know it, as anybody may name any."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-").get_display_name(_locale(current())) or tag
    except (UnknownLocaleError, ValueError, TypeError):
        return tag
