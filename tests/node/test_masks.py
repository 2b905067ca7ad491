"""What is said under masks: by one of the ring, once a turn, and nothing anywhere says by whom."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conftest import SHARED
from kits.masked_room import QUESTION, SCOPE, more, question, reply
from kits.masked_town import NAMES, MaskedTown, gathered, reopened, ring_key
from kits.pages import database, decrypted
from kits.sim import WORDS, Template
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.event import Event
from tadamun.core.frame import split
from tadamun.core.ports import Audience, Mask, Saying
from tadamun.node import ringkeys, views
from tadamun.node.place import Place
from tadamun.store import log, masks, outbox

pytestmark = pytest.mark.anyio
DAY = 86_400


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def kept() -> AsyncIterator[Template]:
    folder = Path(tempfile.mkdtemp(prefix="tadamun-", dir=SHARED if SHARED.is_dir() else None))
    yield await gathered(folder)
    shutil.rmtree(folder)


@pytest.fixture
async def town(kept: Template, scratch: Path) -> AsyncIterator[MaskedTown]:
    town = await reopened(kept, scratch)
    yield town
    await town.close()


def event_of(town: MaskedTown, who: str, event: str) -> Event:
    kept = log.get(town.homes[who].up.vault.read, event)
    assert kept is not None
    return kept.event


def masking(town: MaskedTown, who: str) -> tuple[int, int, bool]:
    home = town.homes[who]
    found = home.up.bench.masking(home.place.space, SCOPE)
    return found.ring, found.left, found.ready


async def test_a_question_reaches_everybody_and_names_nobody(town: MaskedTown) -> None:
    asked = await town.say("badr", question("where?"))
    await town.settle()
    (shown,) = town.said("amal")
    author, text, size = shown
    assert (text, size) == ("where?", 3)
    assert all(town.said(name) == [shown] for name in NAMES)
    event = event_of(town, "amal", asked)
    place = town.homes["amal"].place
    assert event.pubkey == author
    assert author not in place.log.state.devices
    for name in NAMES:
        home = town.homes[name]
        named = {home.me, home.place.device.public}
        assert not any(one in item for one in named for tag in event.tags for item in tag)
    assert event.created_at % 3600 == 0


async def test_all_speak_alike(town: MaskedTown) -> None:
    """Frames differ in tag and proof alone, whoever speaks; and in the slot, which is drawn."""
    frames = []
    for name in NAMES:
        asked = await town.say(name, question("why?"))
        await town.settle()
        event = event_of(town, "amal", asked)
        frame = split(event)
        assert frame.mask is not None
        frames.append((frame.auth, frame.height, frame.mask.ring, frame.mask.period, event.created_at))
    assert len(set(frames)) == 1


async def test_it_is_in_no_chain_and_comes_in_as_from_others(town: MaskedTown) -> None:
    home = town.homes["badr"]
    before = home.place.chains[""]
    asked = await town.say("badr", question("how?"))
    assert home.place.chains[""] == before
    await town.settle()
    assert home.place.chains[""] == before
    assert asked in home.up.bench.masks(home.place.space)
    assert log.of_device(home.up.vault.read, home.place.device.public)[-1].id == before[1]


async def test_a_member_has_so_many_turns_a_month(town: MaskedTown) -> None:
    for n in range(3):
        assert masking(town, "celine") == (3, 3 - n, True)
        await town.say("celine", question(f"{n}?"))
    assert masking(town, "celine") == (3, 0, True)
    with pytest.raises(NotAllowed):
        await town.say("celine", question("one more?"))
    await town.settle()
    assert town.texts("amal") == ["0?", "1?", "2?"]
    assert masking(town, "badr") == (3, 3, True)
    assert len({author for author, _, _ in town.said("amal")}) == 3  # each under a key of its own


async def test_turns_are_drawn_and_not_taken_in_order(town: MaskedTown) -> None:
    slots = set()
    for name in NAMES:
        asked = await town.say(name, question("?"))
        await town.settle()
        event = event_of(town, "amal", asked)
        mask = split(event).mask
        assert mask is not None
        slots.add(mask.slot)
    assert len(slots) > 1


async def test_answers_and_more_of_the_same(town: MaskedTown) -> None:
    asked = await town.say("badr", question("who?"))
    await town.settle()
    await town.say("amal", reply(asked, "me"))
    await town.settle()
    await town.say("badr", more(asked, "thanks"))
    await town.settle()
    assert all(town.texts(name) == ["me", "thanks", "who?"] for name in NAMES)
    authors = {text: author for author, text, _ in town.said("celine")}
    assert authors["who?"] == authors["thanks"] != authors["me"] == town.homes["amal"].me
    assert masking(town, "badr") == (3, 2, True)  # more of it took no turn


async def test_it_goes_out_within_the_delay_also_after_a_restart(town: MaskedTown) -> None:
    asked = await town.say("badr", question("later?", delay=6 * 3600))
    followed = await town.say("badr", more(asked, "and?"))
    await town.settle(horizon=60)
    assert all(town.texts(name) == [] for name in NAMES)
    assert asked in town.homes["badr"].up.bench.masks(town.homes["badr"].place.space)
    await town.restart("badr")
    for _ in range(14):
        await town.pass_time(1800)
    assert all(town.texts(name) == ["and?", "later?"] for name in NAMES)
    assert followed != asked


async def test_what_came_due_while_the_node_was_off_does_not_go_out_at_once(town: MaskedTown) -> None:
    await town.say("badr", question("overdue?", delay=3600))
    home = await town.off("badr")
    town.hours.at += DAY
    await town.on(home)
    await town.settle(horizon=1)
    assert town.texts("amal") == []
    for _ in range(4):
        await town.pass_time(600)
    assert town.texts("amal") == ["overdue?"]


async def test_a_key_that_is_destroyed_says_nothing_more(town: MaskedTown) -> None:
    home = town.homes["badr"]
    space = home.place.space
    asked = await town.say("badr", question("once?"))
    await town.settle()
    await home.up.bench.mask_forget(space, asked)
    assert home.up.bench.masks(space) == frozenset()
    assert masks.get(home.up.vault.read, home.place.ref, asked) is None
    with pytest.raises(NotAllowed):
        await town.say("badr", more(asked, "again?"))
    assert masking(town, "badr") == (3, 2, True)
    assert town.texts("amal") == ["once?"]


async def test_what_has_not_gone_out_is_not_said_if_its_key_is_destroyed(town: MaskedTown) -> None:
    home = town.homes["badr"]
    asked = await town.say("badr", question("never?", delay=3600))
    await home.up.bench.mask_forget(home.place.space, asked)
    assert outbox.raws(home.up.vault.read, home.place.ref) == []
    for _ in range(3):
        await town.pass_time(1800)
    assert town.texts("amal") == town.texts("badr") == []
    assert masking(town, "badr") == (3, 3, True)


async def test_one_time_keys_end_by_themselves(town: MaskedTown) -> None:
    home = town.homes["badr"]
    until = home.up.clock.now() + DAY
    asked = await town.say("badr", question("a day?", until=until))
    await town.settle()
    await town.pass_time(DAY - 60)
    assert asked in home.up.bench.masks(home.place.space)
    await town.pass_time(120)
    assert home.up.bench.masks(home.place.space) == frozenset()


async def test_with_the_month_its_ring_keys_are_destroyed(town: MaskedTown) -> None:
    home = town.homes["badr"]
    month = ringkeys.period_of(home.up.clock.now())
    await town.pass_time(ringkeys.ends(month) - home.up.clock.now() - 3 * DAY)
    assert {one.period for one in home.place.masks.keys.values()} == {month, month + 1}  # those of the next are there
    assert masks.ring_keys(home.up.vault.read, home.place.ref, month)
    await town.pass_time(3 * DAY + 60)
    assert not masks.ring_keys(home.up.vault.read, home.place.ref, month)
    assert masking(town, "badr") == (3, 3, True)
    await town.say("badr", question("anew?"))
    await town.settle()
    assert town.texts("amal") == ["anew?"]


async def test_a_rebuild_gives_the_same_rows(town: MaskedTown) -> None:
    asked = await town.say("badr", question("same?"))
    await town.settle()
    await town.say("badr", more(asked, "yes"))
    await town.settle()
    _, same = views.rebuild(town.homes["celine"].up)
    assert same
    await town.restart("celine")
    assert town.texts("celine") == ["same?", "yes"]


async def test_a_ring_too_small_hides_nobody(town: MaskedTown) -> None:
    await town.call("amal", "members.remove", member="Celine")
    await town.settle()
    assert masking(town, "badr") == (2, 3, True)
    with pytest.raises(NotAllowed) as refused:
        await town.say("badr", question("?"))
    assert refused.value.arguments == {"ring": 2, "least": 3}


async def test_what_was_said_stands_when_somebody_of_the_ring_is_removed(town: MaskedTown) -> None:
    await town.say("badr", question("stays?"))
    await town.settle()
    await town.call("amal", "members.remove", member="Celine")
    await town.settle()
    assert town.texts("amal") == town.texts("badr") == ["stays?"]


async def test_it_is_for_the_whole_space_and_without_end(town: MaskedTown) -> None:
    other = town.homes["amal"].me
    for audience in (Audience(member=other), Audience(expires_at=town.homes["badr"].up.clock.now() + DAY)):
        saying = question("?")
        with pytest.raises(UsageError):
            await town.say("badr", Saying(saying.kind, saying.content, (), audience, mask=saying.mask))


async def test_only_what_a_room_lets_be_said_so_is_said_so(town: MaskedTown) -> None:
    with pytest.raises(NotAllowed):
        await town.say("badr", Saying(11, "hello", mask=Mask(scope=SCOPE)))
    with pytest.raises(UsageError):
        await town.say("badr", Saying(QUESTION, "{}", mask=Mask(scope="no.such")))


async def test_a_device_never_signs_what_is_to_be_masked(town: MaskedTown) -> None:
    home = town.homes["badr"]
    with pytest.raises(ValueError):
        await home.up.desk.say(home.place.space, question("signed?"))
    assert town.texts("badr") == []


async def test_two_devices_of_a_member_share_its_turns(town: MaskedTown) -> None:
    link = (await town.call("badr", "devices.add"))["link"]
    await town.build("badr-phone")
    await town.join("badr-phone", link, "")
    await town.settle()
    for _ in range(3):
        await town.pass_time(20)
    phone, desk = town.homes["badr-phone"], town.homes["badr"]
    assert phone.me == desk.me
    assert ring_key(phone)[0] == ring_key(desk)[0]
    assert masking(town, "badr-phone") == (3, 3, True)
    await town.say("badr", question("one?"))
    await town.settle()
    await town.say("badr-phone", question("two?"))
    await town.settle()
    assert masking(town, "badr") == masking(town, "badr-phone") == (3, 1, True)
    assert town.texts("amal") == ["one?", "two?"]


async def test_nothing_in_the_vault_but_its_keys_tells_whose_it_was(town: MaskedTown) -> None:
    """After the keys are gone, the vault of whoever asked holds the same rows as the vault of whoever read."""
    home = town.homes["badr"]
    asked = await town.say("badr", question("mine?"))
    await town.settle()
    await home.up.bench.mask_forget(home.place.space, asked)
    month = ringkeys.period_of(home.up.clock.now())
    await town.pass_time(ringkeys.ends(month) - home.up.clock.now() + 60)

    def rows(name: str) -> list[object]:
        tables = town.homes[name].up.vault.read
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' ORDER BY name"
        names = [name for (name,) in tables.execute(sql)]
        raw, found = bytes.fromhex(asked), []
        for table in names:
            for row in tables.execute(f"SELECT * FROM {table}"):
                if raw in row or any(isinstance(v, str | bytes) and _holds(v, asked) for v in row):
                    found.append((table, [v for v in row if not isinstance(v, int)]))
        return sorted(found, key=repr)

    assert rows("badr") == rows("celine") != []
    assert event_of(town, "celine", asked).kind == QUESTION


def _holds(value: str | bytes, asked: str) -> bool:
    return (asked.encode() in value) if isinstance(value, bytes) else (asked in value)


async def test_who_comes_where_nothing_older_is_read_can_look_at_proofs_a_day_later(town: MaskedTown) -> None:
    await town.call("amal", "space.amend", history="joining")
    await town.settle()
    await town.build("dina")
    await town.join("dina", (await town.call("amal", "invite.new", level=10))["link"], "Dina")
    await town.settle()
    await town.say("badr", question("already?"))
    await town.settle()
    assert (town.texts("amal"), town.texts("dina")) == (["already?"], [])  # its ring has keys that Dina cannot read
    for _ in range(2):
        await town.pass_time(DAY)
    await town.say("badr", question("by now?"))
    await town.settle()
    assert town.texts("dina") == ["by now?"]
    assert masking(town, "badr") == (4, 1, True)


async def test_destroyed_keys_are_nowhere_in_the_file(town: MaskedTown) -> None:
    """Neither in the vault's pages, free ones included, nor in the log in front of it."""
    home = town.homes["badr"]
    tables, ref = home.up.vault.read, home.place.ref
    asked = await town.say("badr", question("whose?"))
    await town.settle()
    one_time = masks.get(tables, ref, asked)
    month = ringkeys.period_of(home.up.clock.now())
    rings = masks.ring_keys(tables, ref, month)
    assert one_time is not None
    hidden = [one_time.secret.reveal(), *(secret.reveal() for secret in rings.values())]

    def found() -> list[bool]:
        raw = decrypted(*database(home.folder, WORDS))
        return [secret in raw for secret in hidden]

    assert found() == [True, True]
    await home.up.bench.mask_forget(home.place.space, asked)
    assert found() == [False, True]
    await town.pass_time(ringkeys.ends(month) - home.up.clock.now() + 60)
    assert found() == [False, False]


async def test_no_epoch_is_begun_right_before_it_goes_out(town: MaskedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who begins an epoch signs it: it would say who is about to speak."""
    badr = town.homes["badr"]
    await town.say("badr", question("quietly?", delay=60))
    town.hours.at += 61
    chain = badr.place.chains[""]
    with monkeypatch.context() as nothing:
        nothing.setattr(Place, "best_epoch", lambda place: None)  # none is clean
        assert await badr.up.desk.deliver() == 0
        assert badr.place.chains[""] == chain
    assert len(outbox.raws(badr.up.vault.read, badr.place.ref)) == 1
    await town.pass_time(61)
    assert town.texts("amal") == ["quietly?"]
