"""Numbers, sizes and times as people of a language write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

import pytest

from tadamun.i18n import formats, tongue
from tadamun.i18n.tongue import ENGLISH, Language

NOW = 1_800_000_000  # Friday 15 January 2027, 08:00 UTC
ARABIC, LEBANON, MOROCCO = Language("ar"), Language("ar", "LB"), Language("ar", "MA")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    tongue.choose(ENGLISH)


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        (ENGLISH, 1_234_567, "1,234,567"),
        (ENGLISH, -5, "-5"),
        (ARABIC, 1_234_567, "1,234,567"),
        (LEBANON, 1_234_567, "١٬٢٣٤٬٥٦٧"),
        (MOROCCO, 1_234_567, "1.234.567"),
        (Language("ar", "LB", "latn"), 42, "42"),
        (Language("ar", digits="arab"), 42, "٤٢"),
        (Language("ar", "ZZ"), 42, "42"),  # a territory CLDR has nothing of
    ],
)
def test_numbers(language: Language, value: int, text: str) -> None:
    tongue.choose(language)
    assert formats.number(value) == text


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        (ENGLISH, 0, "0 bytes"),
        (ENGLISH, 1, "1 byte"),
        (ENGLISH, 999, "999 bytes"),
        (ENGLISH, 1_000, "1 kB"),
        (ENGLISH, 1_450, "1.4 kB"),
        (ENGLISH, 1_500_000, "1.5 MB"),
        (ENGLISH, 250_000_000, "250 MB"),
        (ENGLISH, 3 * 10**15, "3,000 TB"),
        (LEBANON, 1_500_000, "١٫٥ ميغابايت"),
        (LEBANON, 12_345, "١٢ كيلوبايت"),
        (LEBANON, 5, "٥ بايتات"),
        (LEBANON, 100, "١٠٠ بايت"),
        (LEBANON, 3_000, "٣ كيلوبايت"),
        (MOROCCO, 1_450, "1,4 كيلوبايت"),
    ],
)
def test_sizes(language: Language, count: int, text: str) -> None:
    tongue.choose(language)
    assert formats.size(count) == text


@pytest.mark.parametrize(
    ("language", "seconds", "text"),
    [
        (ENGLISH, 10, "just now"),
        (ENGLISH, -10, "just now"),
        (ENGLISH, 3 * 3600, "3 hours ago"),
        (ENGLISH, -3 * 86_400, "in 3 days"),
        (ARABIC, 10, "الآن"),
        (ARABIC, 2 * 3600, "قبل ساعتين"),
        (LEBANON, 3 * 86_400, "قبل ٣ أيام"),
    ],
)
def test_relative_times(language: Language, seconds: int, text: str) -> None:
    tongue.choose(language)
    assert formats.ago(NOW - seconds, NOW) == text


def test_spans() -> None:
    assert formats.span(7 * 86_400) == "7 days"
    tongue.choose(LEBANON)
    assert formats.span(7 * 86_400) == "٧ أيام"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (ENGLISH, "January 15, 2027, 8:00\u202fAM"),
        (ARABIC, "15 يناير 2027، 8:00 ص"),
        (LEBANON, "١٥ كانون الثاني ٢٠٢٧، ٨:٠٠ ص"),
        (MOROCCO, "15 يناير 2027، 08:00"),
    ],
)
def test_dates(language: Language, text: str) -> None:
    tongue.choose(language)
    assert formats.date(NOW, UTC).replace("\u00a0", " ") == text


@pytest.mark.parametrize("moment", [-(2**62), 2**62, 2**63 - 1])
def test_a_claimed_time_beyond_any_calendar_is_shown_not_raised(moment: int) -> None:
    assert formats.date(moment, UTC)
    assert formats.ago(moment, NOW)
