"""What takes how much room, as settings show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kits.sealed import SeededRandom
from kits.wire_kit import BOX, OTHER, Setting, batch, made
from tadamun.crypto.secret import Secret
from tadamun.store.wire import WireStore

pytestmark = pytest.mark.anyio


async def test_a_mailbox_weighs_what_lies_in_it(tmp_path: Path) -> None:
    wire = WireStore.open(tmp_path / "wire.db", Secret(b"k" * 32), Setting(), SeededRandom(1))
    try:
        assert wire.weigh([BOX, "f" * 64]) == 0
        events = [made(n) for n in range(3)]
        await wire.put(batch(*events))
        assert wire.weigh([BOX]) == wire.weigh([BOX, OTHER]) == wire.size > 0
        await wire.drop([event.id for event in events])
        assert wire.weigh([BOX]) == 0
    finally:
        await wire.close()
