"""How answers look: columns that line up in both scripts, styles only where they are welcome, calm progress."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kits.fake_hands import Fake
from tadamun.cli.here import Here
from tadamun.cli.progress import Line, progress
from tadamun.cli.showing import as_json, name, paint, paragraph, short, table
from tadamun.i18n import tongue
from tadamun.i18n.bidi import columns
from tadamun.i18n.tongue import ENGLISH, Language


def here(**given: Any) -> Here:
    plain = {"space": "", "json": False, "colour": False, "width": 80, "now": 0, "live": False}
    return Here(hands=Fake(), home=Path("/nowhere"), language=ENGLISH, **{**plain, **given})


def test_columns_line_up_in_both_scripts() -> None:
    rows = [("Nour", "x"), ("\u2068سلمى\u2069", "x"), ("日本", "x"), ("مَرْحَبًا", "x")]
    lines = table(here(), rows, ("Name", ""))
    assert {columns(line.split("x")[0]) for line in lines[1:]} == {7}


def test_colour_does_not_shift_columns() -> None:
    coloured = here(colour=True)
    lines = table(coloured, [(paint(coloured, "a", bold=True), "x"), ("bbb", "x")])
    assert lines[0] == "\x1b[1ma\x1b[0m    x"
    assert lines[1] == "bbb  x"


def test_no_colour_where_it_is_not_wanted() -> None:
    assert paint(here(), "a", bold=True, colour="red") == "a"


def test_an_empty_table_is_nothing() -> None:
    assert table(here(), []) == []


def test_long_texts_wrap_at_words_by_their_width() -> None:
    lines = paragraph(here(width=40), "كلمة " * 30 + "\n\nend", indent="  ")
    assert all(columns(line) <= 40 for line in lines)
    assert lines[-2:] == ["", "  end"]
    assert paragraph(here(), "\x1b[31mred")[0] == "\ufffd[31mred"


def test_names_are_one_harmless_line() -> None:
    assert name("a\nb\x1b\u202e") == "a b\ufffd"
    assert name("") == ""
    assert short("3fa9c2d1" * 8) == "3fa9c2d1"


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_is_one_line_that_reads_back(value: Any) -> None:
    written = as_json(value)
    assert json.loads(written) == value
    assert "\n" not in written
    assert not [sign for sign in written if ord(sign) < 32 or 0x7F <= ord(sign) <= 0x9F or "\u202a" <= sign <= "\u202e"]
    written.encode()


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_progress_line_tells_what_is_known() -> None:
    stream, clock = io.StringIO(), Ticks()
    line = Line(stream, clock)
    clock.now = 3.9
    assert line.text() == "Working… 3 s"
    line.report(1200, 0)
    assert line.text() == "Working… 1,200"
    line.report(1200, 5000)
    assert line.text() == "Working… 1,200 of 5,000"
    line.erase()
    assert stream.getvalue() == ""
    line.draw()
    line.erase()
    assert stream.getvalue() == "\r\x1b[KWorking… 1,200 of 5,000\r\x1b[K"


def test_progress_is_in_the_language_though_a_thread_draws_it() -> None:
    drawn = threading.Event()

    class Stream(io.StringIO):
        def write(self, text: str) -> int:
            drawn.set()
            return super().write(text)

    stream = Stream()
    tongue.choose(Language("ar"))
    try:
        with progress(live=True, quiet=0.01, stream=stream) as report:
            report(1, 2)
            assert drawn.wait(20)
    finally:
        tongue.choose(ENGLISH)
    assert "جارٍ العمل… 1 من 2" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_what_is_quick_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(live=True) as report:
        report(1, 2)
    with progress(live=False, quiet=0.0) as report:
        report(1, 2)
    assert capsys.readouterr() == ("", "")
