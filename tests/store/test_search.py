"""Full text takes anything as a question, forgets wholly, and keeps spaces, authors and topics apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kits.pages import database, decrypted
from tadamun.core.errors import VaultError
from tadamun.core.room import SearchText
from tadamun.store import arabic, search
from tadamun.store.vault import Vault

ME, YOU = "aa" * 32, "bb" * 32


def put(
    vault: Vault, topic: str, text: str, *, space: int = 1, author: str = ME, topics: tuple[str, ...] = (), at: int = 0
) -> None:
    with vault.write() as tx:
        search.put(tx, space, topic, SearchText(text, author, topics, at))


def find(vault: Vault, query: str, limit: int = 50, *, space: int = 1, **filters: str | int) -> list[str]:
    return search.find(vault.read, space, query, limit, **filters)  # type: ignore[arg-type] - as find checks


HOSTILE = [
    "", " ", '"', '""', '"""', '" "', "'", "*", "**", "a*", "*a", "(", ")", "()", "a AND", "AND", "OR", "NOT",
    "NEAR(a b)", "NEAR", "a OR b", "a NOT b", "words:a", "labels : x", "-a", "+a", "^a", "a^", "{a b}",
    "a:b:c", "--", ";", "%", "_",
    "'; DROP TABLE search", "a\x00b", "\x00", "\ud800", "\udfff a", "ـ", "ًٌٍ", "\u200f\u200e", "ﷺ", "🏳️‍🌈", "é" * 5000,
    "ا" * 5000, "a " * 5000, '"a ' * 500, "\\", '\\"', "“a”", "«أ»", "ال", "وال", "و", "لل", "'s", "s's", "ing",
    "ed", "ies", "١٢٣", "1" * 100, "½", "ǅ", "İ", "ß", "\n", "\r\n", "\x1f",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_no_question_is_an_error(vault: Vault, query: str) -> None:
    put(vault, "t", "a plain post, خبر عادي")
    assert set(find(vault, query)) <= {"t"}
    assert find(vault, query, 0) == []
    assert find(vault, query, -1) == []
    assert set(find(vault, query, author=query, topic=query)) <= {"t"}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), query=st.text(), other=st.text())
def test_any_text_can_be_kept_found_replaced_and_removed(vault: Vault, text: str, query: str, other: str) -> None:
    put(vault, "t", text)
    find(vault, query)
    telling = [w for w in arabic.words(arabic.normal(text)) if not arabic.is_stop(w)]
    if telling and len(telling[0]) < arabic.LONGEST and " ".join(telling) == arabic.normal(text):
        assert find(vault, telling[0]) == ["t"]
    put(vault, "t", other)
    with vault.write() as tx:
        search.remove(tx, 1, ["t"])
        search.remove(tx, 1, ["t"])
    check(vault)


def check(vault: Vault) -> None:
    """FTS5's own check of its structures."""
    with vault.write() as tx:
        for table in ("search_words", "search_parts"):
            tx.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = arabic.normal(text)
    assert arabic.normal(once) == once
    assert arabic.normal(unicodedata.normalize("NFC", text)) == arabic.normal(unicodedata.normalize("NFD", text))


@given(st.text(alphabet="اأإآءئؤىيةهتنموبلفكسعمرد", min_size=1, max_size=12) | st.text(min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_every_word_is_found_by_itself(text: str) -> None:
    for word in arabic.words(arabic.normal(text)):
        assert arabic.stem(word) == arabic.spellings(word)[0] != ""


SAME = [
    ("مُساعَدَة", "مساعده"), ("أحمد", "احمد"), ("إيمان", "ايمان"), ("آدم", "ادم"), ("مستشفى", "مستشفي"), ("کتاب", "كتاب"),
    ("یوم", "يوم"), ("ســـلام", "سلام"), ("١٢٣", "123"), ("۴۵", "45"), ("ﻻ", "لا"), ("Café", "cafe"),
    ("STRASSE", "straße"), ("ﬁne", "fine"), ("ＡＢＣ", "abc"), ("سؤال", "سوال"), ("مائة", "مايه"), ("José", "JOSE"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spelled_differently_and_the_same(one: str, other: str) -> None:
    assert arabic.normal(one) == arabic.normal(other)


def test_filters_and_order(vault: Vault) -> None:
    put(vault, "old", "clinic one", author=ME, topics=("family", "health care"), at=10)
    put(vault, "new", "clinics two", author=YOU, topics=("family",), at=20)
    put(vault, "exact", "clinic three", author=YOU, topics=("صحة",), at=15)
    put(vault, "far", "clinic elsewhere", space=2)
    assert find(vault, "clinic ") == ["new", "exact", "old"]  # "clinic" is in all texts as typed, so the newest first
    assert find(vault, "clinics ") == ["new", "exact", "old"]
    assert find(vault, "clinic ", 1) == ["new"]
    assert find(vault, "clinic", author=YOU) == ["new", "exact"]
    assert find(vault, "clinic", topic="family") == ["new", "old"]
    assert find(vault, "clinic", topic="health care") == ["old"]
    assert find(vault, "clinic", topic="health") == []
    assert find(vault, "clinic", topic="صحة") == ["exact"]
    assert find(vault, "clinic", author=ME, topic="family") == ["old"]
    assert find(vault, "clinic", since=11, until=15) == ["exact"]
    assert find(vault, "", since=11) == ["new", "exact"]
    assert find(vault, "", author=YOU, topic="family") == ["new"]
    assert find(vault, "lini", author=ME) == ["old"]
    assert find(vault, "lini", space=2) == ["far"]
    assert find(vault, "clinic", space=3) == []
    assert find(vault, f"{ME}") == []


def test_what_was_replaced_is_not_found_and_old_names_least_of_all(vault: Vault) -> None:
    put(vault, "t", "call me Oldname")
    put(vault, "t", "call me Newname")
    assert find(vault, "Oldname") == find(vault, "oldna") == find(vault, "dnam") == []
    assert find(vault, "Newname") == ["t"]


def test_many_at_once_and_a_topic_twice(vault: Vault) -> None:
    texts = [(bytes([n]).hex() * 32, SearchText(f"word{n} common", ME)) for n in range(200)]
    with vault.write() as tx:
        search.put_many(
            tx, 1, [*texts, ("plain topic", SearchText("common", ME)), (texts[0][0], SearchText("other", ME))]
        )
        search.put_many(tx, 1, [])
    assert find(vault, "word5") == [texts[5][0]]
    assert find(vault, "word0") != [texts[0][0]]
    assert find(vault, "other") == [texts[0][0]]
    assert len(find(vault, "common", 1000)) == 200
    assert len(find(vault, "ommo", 1000)) == 200
    with vault.write() as tx:
        search.put_many(tx, 1, [(topic, SearchText("changed", ME)) for topic, _ in texts])
    assert find(vault, "common") == ["plain topic"]
    check(vault)
    with vault.write() as tx:
        search.clear(tx, 1)
    assert find(vault, "changed") == find(vault, "common") == []
    check(vault)


def test_what_was_prepared_is_put_as_any_other(vault: Vault) -> None:
    search._prepared.clear()
    with vault.write() as tx:
        for text in ("Coffee at noon", "coffee, again", "x" * (search.LONGEST_PREPARED + 1), ""):
            search.prepare(text)
        assert len(search._prepared) == 2
        search.put_many(tx, 1, [(n, SearchText("Coffee at noon", "a")) for n in (1, 2)])
        assert list(search._prepared) == ["coffee, again"]
        rows = tx.execute("SELECT words, text FROM search ORDER BY n")
    assert rows[0] == rows[1] == arabic.both("Coffee at noon")[::-1]


def test_what_is_prepared_and_never_put_is_given_up() -> None:
    for n in range(search.MOST_PREPARED + 5):
        search.prepare(f"word {n}")
    assert len(search._prepared) <= search.MOST_PREPARED


def test_a_damaged_index_says_so_and_can_be_made_anew(vault: Vault) -> None:
    put(vault, "t", "one word")
    with vault.write() as tx:
        tx.execute("UPDATE search_words_data SET block = x'00ff00ff' WHERE id > 10")
    with pytest.raises(VaultError, match="tadamun rebuild"):
        find(vault, "word")
    with vault.write() as tx:
        search.clear(tx)
    put(vault, "t", "one word")
    assert find(vault, "word") == ["t"]


def test_clearing_everything(vault: Vault) -> None:
    put(vault, "t", "one")
    put(vault, "t", "one", space=2)
    with vault.write() as tx:
        search.clear(tx)
    assert find(vault, "one") == find(vault, "one", space=2) == []
    put(vault, "t", "one")
    assert find(vault, "one") == ["t"]
    check(vault)


def test_nothing_of_a_removed_text_stays_in_any_page(vault: Vault) -> None:
    """The trigrams too: a segment that keeps "zqx" and its neighbours keeps the word."""
    path, key = database(vault.folder, "x")
    for n in range(300):
        put(vault, f"t{n}", f"ordinary words number {n} of a morning")
    put(vault, "secret", "zqxjkvwv plantedmarker")
    for n in range(300, 600):
        put(vault, f"t{n}", f"ordinary words number {n} of an evening")
    assert find(vault, "plantedmarker") == ["secret"]
    pages = decrypted(path, key)
    assert b"plantedmarker" in pages  # the search itself would find it
    with vault.write() as tx:
        search.remove(tx, 1, ["secret"])
    vault.scrub()
    pages = decrypted(path, key)
    # In a segment a term may be written as what differs from the term before it.
    for trace in (b"plantedmarker", b"lantedmark", b"zqxjkvwv", b"qxjkvwv"):
        assert trace not in pages
    with vault.write() as tx:
        tx.execute("CREATE VIRTUAL TABLE temp.seen_words USING fts5vocab('main', 'search_words', 'row')")
        tx.execute("CREATE VIRTUAL TABLE temp.seen_parts USING fts5vocab('main', 'search_parts', 'row')")
        assert tx.execute("SELECT term FROM temp.seen_words WHERE term LIKE 'zq%' OR term LIKE 'planted%'") == []
        assert tx.execute("SELECT term FROM temp.seen_parts WHERE term IN ('zqx', 'qxj', 'xjk', 'jkv', 'kvw')") == []
        assert tx.execute("SELECT count(*) FROM temp.seen_parts WHERE term = 'ord'") == [(1,)]
        raws = [
            bytes(block)
            for (block,) in tx.execute(
                "SELECT block FROM search_parts_data UNION ALL SELECT block FROM search_words_data"
            )
        ]
    assert not any(gram in block for block in raws for gram in (b"qxj", b"jkv", b"kvw"))
    check(vault)
