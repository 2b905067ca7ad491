"""The log gives back what was said by topic, device and number; equivocation shows; what expired can be destroyed."""

from __future__ import annotations

import hashlib
from typing import Any

from kits.pages import database, decrypted
from tadamun.core.event import Event, to_json
from tadamun.core.room import Verdict
from tadamun.store import log
from tadamun.store.log import Entry
from tadamun.store.vault import Vault

ONE, TWO, DM = "11" * 32, "22" * 32, "dd" * 32


def made(label: object, *, space: int = 1, device: str = ONE, seq: int = 0, topic: str = "", **more: Any) -> Entry:
    """An entry whose id is told by its label; its own topic unless one is given."""
    i = hashlib.sha256(repr(label).encode()).hexdigest()
    kind = more.pop("kind", 11)
    raw = to_json(Event(i, device, 5, kind, (("t", str(label)),), f"text {label}", "0" * 128))
    usual: dict[str, Any] = {"channel": "", "room": "talk", "verdict": Verdict.ALLOW, "created_at": 5, "expires_at": 0}
    return Entry(id=i, space=space, device=device, seq=seq, kind=kind, topic=topic or i, raw=raw, **usual | more)


def add(vault: Vault, *entries: Entry) -> None:
    with vault.write() as tx:
        log.append(tx, entries)


def test_one_event_comes_back_as_it_was(vault: Vault) -> None:
    entry = made("سؤال", topic="plain topic", verdict=Verdict.DENY)
    add(vault, entry, entry)
    add(vault, entry)
    kept = log.get(vault.read, entry.id)
    assert kept is not None
    assert (kept.raw, kept.verdict, kept.room, kept.topic) == (entry.raw, Verdict.DENY, "talk", "plain topic")
    assert kept.event.id == entry.id
    assert log.get(vault.read, "00" * 32) is None
    assert log.count(vault.read, 1) == 1


def test_topics_of_every_shape_and_of_their_space_only(vault: Vault) -> None:
    opening = made("opening")
    replies = [made(n, topic=opening.id, seq=n) for n in range(1, 12)]
    plain = [made(("plain", n), topic="vouches", seq=n) for n in range(10)]
    member = [made("profile", topic=TWO)]
    elsewhere = [made("elsewhere", topic=opening.id, space=2), made("there", topic="vouches", space=2)]
    single = made("single")
    add(vault, opening, *replies, *plain, *member, *elsewhere, single)
    tables = vault.read
    assert [kept.id for kept in log.topic_rows(tables, 1, opening.id)] == [opening.id, *(e.id for e in replies)]
    assert [kept.id for kept in log.topic_rows(tables, 1, "vouches")] == [e.id for e in plain]
    assert [kept.topic for kept in log.topic_rows(tables, 1, TWO)] == [TWO]
    asked = [opening.id, "vouches", TWO, "nothing", "00" * 32, replies[0].id, single.id]
    kept = log.get(tables, single.id)
    assert kept is not None
    assert log.alone(tables, 1, asked) == {single.id: kept.n}  # others are answered, or nothing here opens them
    assert log.alone(tables, 2, asked) == {}
    assert log.alone(tables, 1, []) == {}
    assert log.topic_rows(tables, 2, opening.id)[0].id == elsewhere[0].id


def test_chains_by_channel_and_evidence_of_equivocation(vault: Vault) -> None:
    one, two, again = made("one", seq=4), made("two", seq=5), made("again", seq=5)
    private = made("private", seq=9, channel=DM)
    add(vault, one, two, private, made("other device", seq=5, device=TWO))
    tables = vault.read
    assert log.last(tables, ONE) == (5, two.id)
    assert log.last(tables, ONE, DM) == (9, private.id)
    assert log.last(tables, "33" * 32) == log.last(tables, ONE, "ee" * 32) == (-1, "")
    with vault.write() as tx:
        assert log.note_doubled(tx, [one.id, two.id]) == 0
    add(vault, again)
    assert log.last(tables, ONE) == (5, min(two.id, again.id))
    with vault.write() as tx:
        assert log.note_doubled(tx, [one.id, again.id]) == 1
        assert log.note_doubled(tx, [again.id]) == 1  # told once more, kept once
    assert log.twice(tables, 1) == [(ONE, "", 5)]
    assert log.twice(tables, 2) == []
    assert [kept.id for kept in log.of_device(tables, ONE)][:1] == [one.id]
    assert len(log.of_device(tables, ONE)) == 4


def test_waiting_ones_and_their_verdicts(vault: Vault) -> None:
    entries = [made(n, seq=n, verdict=Verdict.UNKNOWN) for n in range(20)]
    add(vault, *entries, made("elsewhere", space=2, verdict=Verdict.UNKNOWN))
    assert [kept.id for kept in log.waiting(vault.read, 1)] == [e.id for e in entries]
    with vault.write() as tx:
        log.judge(tx, {e.id: (Verdict.ALLOW, Verdict.DENY)[n % 2] for n, e in enumerate(entries[:10])})
        log.judge(tx, {"00" * 32: Verdict.DENY})
        log.judge(tx, {})
    assert [kept.id for kept in log.waiting(vault.read, 1)] == [e.id for e in entries[10:]]
    kept = log.get(vault.read, entries[1].id)
    assert kept is not None
    assert kept.verdict is Verdict.DENY


def test_kinds_known_and_walking_everything(vault: Vault) -> None:
    entries = [made(n, seq=n, kind=3714 if n % 100 == 0 else 11) for n in range(2_500)]
    add(vault, *entries)
    tables = vault.read
    assert log.known(tables, [entries[0].id, "00" * 32, entries[9].id]) == {entries[0].id, entries[9].id}
    assert [kept.id for kept in log.of_kind(tables, 1, 3714)] == [e.id for e in entries[::100]]
    assert log.contents(tables, 1, 3714)[0] == "text 0"
    assert len(log.of_kind(tables, 1, 11)) == 2_475
    assert [kept.id for page in log.every(tables, 1) for kept in page] == [e.id for e in entries]
    assert list(log.every(tables, 2)) == []


def test_what_expired_is_destroyed_to_the_last_page(vault: Vault) -> None:
    brief, stays = made("planted-marker-2264", expires_at=100, topic="t"), made("stays", topic="t")
    add(vault, brief, stays)
    assert log.expired(vault.read, 99) == []
    assert [(space, kept.id) for space, kept in log.expired(vault.read, 100)] == [(1, brief.id)]
    with vault.write() as tx:
        log.remove(tx, [brief.id])
    vault.scrub()
    assert [kept.id for kept in log.topic_rows(vault.read, 1, "t")] == [stays.id]
    pages = decrypted(*database(vault.folder, "x"))
    assert b"text stays" in pages
    assert b"planted-marker-2264" not in pages
    assert bytes.fromhex(brief.id) not in pages
