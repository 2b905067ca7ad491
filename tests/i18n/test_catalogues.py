"""The catalogues are in step with the source: nothing missing, untranslated, left over, or filled differently.

After changing a sentence: `python -m tadamun.i18n.catalogue`, translate what it names in the .po, run it again.
"""

from __future__ import annotations

import re
import string
from pathlib import Path

import click
import pytest

from tadamun.carry.status import State
from tadamun.core.errors import Reason
from tadamun.i18n import borrowed, catalogue
from tadamun.i18n.extract import MARKS, error_names, in_source
from tadamun.i18n.terms import REASONS, STATES

CODES = catalogue.TRANSLATED
FOUND = list(catalogue.found())

# Where a msgid that was marked elsewhere is passed on: file → how many such calls it holds.
PASSED_ON = {
    "cli/acts.py": 1,  # what an act does
    "cli/care.py": 2,  # the node's checks of doctor, what somebody is to see to
    "cli/destroying.py": 1,  # what a wipe does not reach
    "cli/spaces.py": 1,  # what stays of a space with others
    "cli/starting.py": 1,  # what became of the second vault
    "cli/demo/play.py": 1,  # an error's own message
    "cli/demo/stage.py": 1,  # what a process said instead of being ready
    "cli/command.py": 3,  # helps of commands and options
    "cli/ending.py": 2,  # an error's own message; the constant for what nobody foresaw
    "cli/kinds.py": 2,  # names of roles
    "i18n/guide.py": 2,  # its own sentences
    "i18n/terms.py": 1,
    "core/control/rules.py": 3,  # why somebody cannot be admitted, or a device listed
    "node/arrival.py": 1,  # why an invite was refused
    "node/pen.py": 1,  # why an act would have no effect: a `void` of the control log's
    "i18n/words.py": 3,  # where they are looked up
    "rooms/gatherings/pages_lists.py": 1,  # kinds of gatherings
    "rooms/gatherings/pages_one.py": 2,  # answers, an error's own message
    "rooms/gatherings/pages_write.py": 2,  # kinds, how often
    "rooms/gatherings/words.py": 4,  # kinds, roles, answers, how late somebody is
    "rooms/aid/actions.py": 2,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/cli_directory.py": 4,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/cli_items.py": 10,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/cli_ledger.py": 1,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/cli_mentors.py": 2,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/pages_blind.py": 1,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/pages_directory.py": 5,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/pages_fits.py": 1,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/pages_items.py": 5,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/pages_ledger.py": 3,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/pages_mentors.py": 2,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/aid/pages_words.py": 6,  # kinds of help, states, steps and reasons: rooms/aid/words.py
    "rooms/safety/cli_cases.py": 5,  # steps, decisions: rooms/safety/words.py
    "rooms/safety/pages_cases.py": 6,  # the same
    "rooms/stories/calls_site.py": 1,  # what the static site says, in each language
    "rooms/stories/words.py": 1,  # what stands in a story
    "rooms/talk/lines.py": 1,  # why a post is folded
    "rooms/people/pages_invites.py": 1,  # how long an invitation is good
    "rooms/people/pages_rules.py": 5,  # rules of the charter, what the node told of a removal
    "rooms/people/pages_self.py": 1,  # an error's own message
    "rooms/people/pages_words.py": 3,  # names of roles and acts, who decides
    "rooms/safety/cli_rehearse.py": 1,  # what a rehearsal found
    "rooms/safety/pages_rehearse.py": 2,  # the same
    "rooms/people/templates/people/act.html": 1,  # what the node told of a removal
    "rooms/people/templates/people/rename.html": 2,  # what the room told of a new name
    "rooms/talk/pages_ask.py": 2,  # topics, when a question goes out
    "rooms/talk/pages_compose.py": 4,  # topics, how long a post stays, an error's own message
    "rooms/talk/pages_list.py": 1,  # topics
    "rooms/talk/pages_messages.py": 1,  # what cannot be promised
    "web/codes.py": 5,  # why no code was read
    "web/house.py": 1,  # an error's own message
    "web/notices.py": 1,  # what a page noted for the next one
    "web/first_run.py": 2,  # what ended the node
    "web/own.py": 1,  # why something was held
    "web/status.py": 1,  # the node's checks
    "web/templates/strength.html": 2,  # how a passphrase would hold
    "web/around.py": 2,  # what rooms say that somebody is to see to
    "web/site.py": 5,  # an error's own message, what is to be done instead
    "web/words.py": 4,  # where pages look them up
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_of_the_source_is_there_and_none_is_left_over(code: str) -> None:
    assert {m.id for m in catalogue.read(code) if m.id} == {m.id for m in catalogue.wanted() if m.id}


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_is_translated(code: str) -> None:
    assert [message.id for message in catalogue.untranslated(catalogue.read(code))] == []


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_only_guessed(code: str) -> None:
    assert [message.id for message in catalogue.read(code) if message.fuzzy and message.id] == []


@pytest.mark.parametrize("code", CODES)
def test_translations_are_filled_with_the_same_arguments(code: str) -> None:
    for message in catalogue.read(code):
        if not message.id:
            continue
        if isinstance(message.id, str):
            assert placeholders(str(message.string)) == placeholders(message.id), message.id
            continue
        one, many = message.id
        wanted = placeholders(one) | placeholders(many)
        forms = list(message.string)
        for at, form in enumerate(forms):
            # "Two members" needs no number; every form that stands for several counts does.
            assert placeholders(form) <= wanted, form
            if at > 2 and "count" in wanted:
                assert placeholders(form) == wanted, form


@pytest.mark.parametrize("code", CODES)
def test_the_compiled_catalogue_is_the_written_one(code: str) -> None:
    written = catalogue.read(code)
    assert catalogue.as_po(catalogue.in_step(code)) == catalogue.path_of(code, "po").read_bytes()
    assert catalogue.as_mo(written) == catalogue.path_of(code, "mo").read_bytes()


def test_code_inside_arabic_stands_in_isolation() -> None:
    """`--home` beside Arabic would be drawn as `home--`: signs at its edge take the direction around them."""
    for message in catalogue.read("ar"):
        for form in (message.string,) if isinstance(message.string, str) else message.string:
            if message.id:
                outside = re.sub("\u2068[^\u2068\u2069]*\u2069", "", form)
                assert not re.search(r"--\w|`|TADAMUN_|wss?://", outside), form
                assert form.count("\u2068") == form.count("\u2069"), form


def test_arabic_is_in_arabic() -> None:
    for message in catalogue.read("ar"):
        for form in (message.string,) if isinstance(message.string, str) else message.string:
            assert not message.id or re.search("[\u0620-\u064a،]", form), form


def test_what_is_passed_on_was_marked_elsewhere() -> None:
    """A sentence built at run time would reach nobody's language: each place without a literal is known here."""
    dynamic: dict[str, int] = {}
    for found in FOUND:
        if found.message is None:
            dynamic[found.file] = dynamic.get(found.file, 0) + 1
    assert dynamic == {file: count for file, count in PASSED_ON.items() if count}


def test_errors_are_found_by_their_class() -> None:
    assert {
        "LocalError",
        "UsageError",
        "NotAllowed",
        "Unreachable",
        "VaultError",
        "VaultInUse",
        "TooSoon",
    } <= error_names(catalogue.SOURCE)


def test_extraction_finds_what_people_write() -> None:
    source = """
        raise UsageError("one {a}", a=1)
        raise errors.NotAllowed("two"
            " halves")
        say("three", role=_("four"))
        say_count("{count} five", "{count} fives", n)
        _("six" if n else "seven")
        _(variable)
        print("not this")
        for _ in range(3): pass
    """
    marks = MARKS | dict.fromkeys(error_names(catalogue.SOURCE), 1)
    found = [(f.message, f.plural) for f in in_source("if 1:\n" + source, "x.py", marks)]
    assert found == [
        ("one {a}", ""),
        ("two halves", ""),
        ("three", ""),
        ("four", ""),
        ("{count} five", "{count} fives"),
        ("six", ""),
        ("seven", ""),
        (None, ""),
    ]


def test_borrowed_sentences_are_still_said() -> None:
    source = "".join(path.read_text() for path in Path(click.__file__).parent.glob("*.py"))
    for sentence in [*borrowed.CLICK, *(form for pair in borrowed.CLICK_PLURALS for form in pair)]:
        assert f'"{sentence}"'.replace("\n", "\\n").replace("\t", "\\t") in source, sentence


def test_every_counter_has_words() -> None:
    assert set(REASONS) == set(Reason)
    assert set(STATES) == {*State, "off"}
