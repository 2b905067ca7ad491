"""What pages say of a charter is what the charter says, counted today."""

from __future__ import annotations

import pytest

from kits.sim import Town

pytestmark = pytest.mark.anyio


async def test_who_may_do_what(three: Town) -> None:
    told = await three.call("badr", "space.rules")
    acts = {one["act"]: one for one in told["acts"]}
    found = {act: (one["role"], one["may"], one["mine"]) for act, one in acts.items()}
    assert found["write"] == ("newcomer", 3, True)
    assert found["invite"] == ("steward", 2, True)
    assert found["moderate"] == ("moderator", 2, True)
    assert found["amend"] == ("founder", 1, False)
    assert (told["history"], told["history_days"], told["newcomer_days"]) == ("all", 0, 0)
    assert told["together"]["electors"] >= 1
    charter = await three.call("badr", "space.charter")
    assert all(acts[act]["level"] == charter[act] for act in acts if act in charter)
