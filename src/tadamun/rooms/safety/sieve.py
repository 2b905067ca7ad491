"""What of others' words is folded away on this node, whose direct messages are not shown: provides core.facts.Folds.

A filtered word is found in all its forms, as full text finds them (store/arabic.py): with and without article, vowel
signs, hamzas, pronouns, clitics. A filter of several words is found where they stand together. One without letters (an
emoji) is looked for as it is. This file changes nothing and does not know what a post is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tadamun.core.facts import Fold
from tadamun.core.ports import Tables
from tadamun.store import arabic

Found = Callable[[str], bool]
LONGEST: Final = 40_000  # characters of a text that are looked through; a post has fewer


class SafetyFolds:
    """tables: the room's."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def sieve(self, space: str) -> Callable[[str, str], Fold]:
        """See core.facts.Folds.sieve."""
        away = dict(
            self._tables.execute("SELECT member, how FROM safety_kept_away WHERE space = ?", (space,)),
        )
        rows = self._tables.execute("SELECT word FROM safety_words WHERE space = ? ORDER BY word", (space,))
        filtered = finder([word for (word,) in rows])

        def why(author: str, text: str) -> Fold:
            if author in away:
                return Fold.BLOCKED if away[author] == "block" else Fold.MUTED
            return Fold.WORD if filtered(text) else Fold.NOT

        return why

    def blocked(self, space: str) -> frozenset[str]:
        """See core.facts.Folds.blocked."""
        rows = self._tables.execute("SELECT member FROM safety_kept_away WHERE space = ? AND how = 'block'", (space,))
        return frozenset(member for (member,) in rows)


def finder(filters: Iterable[str]) -> Found:
    """Whether a text has one of these words."""
    phrases: list[list[frozenset[str]]] = []
    signs: list[str] = []
    for typed in filters:
        plain = arabic.normal(typed)
        if found := arabic.words(plain):
            phrases.append([frozenset(arabic.spellings(word)) for word in found])
        elif sign := plain.strip():
            signs.append(sign)

    def has(text: str) -> bool:
        if not phrases and not signs:
            return False
        plain, stems = arabic.both(text[:LONGEST])
        words = stems.split()
        return any(sign in plain for sign in signs) or any(_together(words, phrase) for phrase in phrases)

    return has


def _together(words: Sequence[str], phrase: Sequence[frozenset[str]]) -> bool:
    """Whether they stand behind each other somewhere."""
    return any(
        all(words[at + n] in forms for n, forms in enumerate(phrase)) for at in range(len(words) - len(phrase) + 1)
    )
