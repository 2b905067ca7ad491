"""Pictures from a terminal: sent with a post, told of in words, saved as a file."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from PIL import Image as Pillow
from test_rooms_cli import SAM, Typing, tadamun  # noqa: F401  # the fixture of the neighbouring file

from tadamun.rooms.talk.lines import image_line


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Pillow.effect_noise((300, 200), 80).convert("RGB").save(path)
    return path


def test_sending_reading_saving(tadamun: Typing, photo: Path, tmp_path: Path) -> None:  # noqa: F811  # pytest's way
    said = json.loads(tadamun("post", "look", "--image", str(photo), "--alt", "A cat", "--json"))
    assert "[image: A cat]" in tadamun("read", who=SAM)
    assert "[صورة: A cat]" in tadamun("read", who=SAM, language="ar").replace("\u2068", "").replace("\u2069", "")
    out = tmp_path / "out.jpg"
    assert "Saved as" in tadamun("image", said["id"][:8], "--out", str(out), who=SAM)
    assert Pillow.open(out).size == (300, 200)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = tadamun.result("image", said["id"], "--out", str(out), who=SAM)
    assert (again.exit_code, "not taken" in again.output) == (2, True)
    second = tadamun.result("image", said["id"], "--number", "2", "--out", str(tmp_path / "two"), who=SAM)
    assert second.exit_code == 2
    told = json.loads(tadamun("image", said["id"], "--out", str(tmp_path / "three"), "--json"))
    assert "data" not in told
    assert told["alt"] == "A cat"


def test_what_is_folded_shows_no_picture(tadamun: Typing, photo: Path) -> None:  # noqa: F811  # pytest's way
    tadamun("post", "look", "--warning", "blood", "--image", str(photo), "--alt", "A wound")
    assert "A wound" not in tadamun("read")
    assert "[image: A wound]" in tadamun("read", "--open")


def test_words_are_missed_and_not_too_many(tadamun: Typing, photo: Path) -> None:  # noqa: F811  # pytest's way
    result = tadamun.result("post", "look", "--image", str(photo))
    assert result.exit_code == 0
    assert "without --alt" in result.stderr
    assert "[image]" in tadamun("read")
    assert tadamun.result("post", "look", "--alt", "A cat").exit_code == 2
    broken = photo.with_name("broken.jpg")
    broken.write_bytes(b"no picture")
    assert tadamun.result("post", "look", "--image", str(broken), "--alt", "x").exit_code == 2


def test_a_picture_on_its_way_is_told_of() -> None:
    assert "still on its way" in image_line({"alt": "A cat", "here": 1, "parts": 3})
    assert "way" not in image_line({"alt": "A cat", "here": 3, "parts": 3})
