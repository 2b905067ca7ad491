"""What somebody prefers: kept, checked, and still there after a restart."""

from __future__ import annotations

from typing import Any

import pytest

from kits.sim import Town
from tadamun.core.errors import UsageError
from tadamun.i18n import tongue
from tadamun.node import calls_preferences
from tadamun.store import meta

pytestmark = pytest.mark.anyio


async def test_they_begin_plain_and_survive_a_restart(town: Town) -> None:
    await town.build("amal")
    first = await town.call("amal", "node.preferences")
    assert (first["theme"], first["text_size"], first["discreet"], first["notify"]) == ("auto", 100, False, False)
    changed = await town.call(
        "amal", "node.prefer", language="ar", digits="latn", region="LB", discreet=True, lock_minutes=0, text_size=130
    )
    assert changed == first | {
        "language": "ar", "digits": "latn", "region": "LB", "tag": "ar-LB-u-nu-latn", "discreet": True,
        "lock_minutes": 0, "text_size": 130,
    }  # fmt: skip
    await town.restart("amal")
    assert await town.call("amal", "node.preferences") == changed
    assert (await town.call("amal", "node.prefer", digits=""))["tag"] == "ar-LB"
    assert (await town.call("amal", "node.status"))["node"]["language"] == "ar-LB"


@pytest.mark.parametrize(
    "wrong",
    [
        {"theme": "pink"}, {"text_size": 99}, {"lock_minutes": -1}, {"lock_minutes": 1441}, {"language": "fr"},
        {"digits": "beng"}, {"region": "lebanon"}, {"region": "LB\n"}, {"discreet": 1},
        {"colour": "red"}, {"tag": "ar"},
    ],
)  # fmt: skip
async def test_what_is_no_preference_changes_nothing(town: Town, wrong: dict[str, Any]) -> None:
    await town.build("amal")
    before = await town.call("amal", "node.preferences")
    with pytest.raises(UsageError):
        await town.call("amal", "node.prefer", **wrong)
    assert await town.call("amal", "node.preferences") == before


async def test_every_tag_is_one_that_pages_can_read(town: Town) -> None:
    await town.build("amal")
    for code in tongue.SPOKEN:
        for region in ("", "MA", "001"):
            for digits in ("", "latn", "arab"):
                made = await town.call("amal", "node.prefer", language=code, region=region, digits=digits)
                assert tongue.parse(made["tag"]) == tongue.Language(code, region, digits)


async def test_a_row_of_another_version_is_no_obstacle(town: Town) -> None:
    home = await town.build("amal")
    assert home.vault is not None
    with home.vault.write() as tx:
        meta.put(tx, calls_preferences.KEPT, b'{"theme":"sepia"}')
        meta.put_text(tx, calls_preferences.LANGUAGE, "tlh-KX")
    assert (await town.call("amal", "node.preferences"))["theme"] == "auto"
    assert (await town.call("amal", "node.prefer", theme="dark"))["tag"] == "en"
