"""Every theme can be read: 4.5:1 for text, 3:1 for what shows where a control is (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import pytest

from kits.stylesheet import Theme, contrast, sheets, tokens

SHEETS = sheets()
PLAIN = tokens(":root", SHEETS["tadamun.css"])
DISCREET = tokens("[data-discreet]", SHEETS["tadamun.css"])
CONTRAST = tokens('[data-theme="contrast"]', SHEETS["tadamun.css"])
THEMES: dict[str, Theme] = {
    "plain": PLAIN,
    "discreet": PLAIN | DISCREET,
    "contrast": PLAIN | CONTRAST,
    "discreet, with contrast": PLAIN | DISCREET | CONTRAST,
}
GROUNDS = ("paper", "leaf", "well")
# What is read, and on what.
READ = [(ink, ground) for ink in ("ink", "ink-soft") for ground in GROUNDS] + [
    *(("accent", ground) for ground in (*GROUNDS, "accent-soft", "joy-soft", "danger-soft")),
    *(("ink", ground) for ground in ("accent-soft", "joy-soft", "danger-soft")),
    *(("ink-soft", ground) for ground in ("accent-soft",)),
    *(("danger", ground) for ground in (*GROUNDS, "danger-soft")),
    *(("joy-ink", ground) for ground in ("joy-soft", "paper", "leaf")),
    ("on-accent", "accent"),
    ("on-danger", "danger"),
]
SEEN = [(sign, ground) for sign in ("edge", "focus", "accent", "danger") for ground in ("paper", "leaf", "well")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", THEMES)
def test_every_theme_can_be_read(name: str, scheme: str) -> None:
    theme = {token: pair[scheme == "dark"] for token, pair in THEMES[name].items()}
    least = 7 if "contrast" in name else 4.5
    pale = {pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in READ}
    assert not {pair: round(ratio, 2) for pair, ratio in pale.items() if ratio < least}
    faint = {pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in SEEN}
    assert not {pair: round(ratio, 2) for pair, ratio in faint.items() if ratio < 3}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_first_letters_of_spaces_can_be_read(scheme: str) -> None:
    for number in range(8):
        selector = f'[data-tone="{number}"]' if number else "[data-tone]"
        theme = tokens(selector, SHEETS["parts.css"])
        assert contrast(theme["tone"][scheme == "dark"], theme["tone-ink"][scheme == "dark"]) >= 4.5, number


def test_who_asks_the_system_for_contrast_gets_the_same() -> None:
    asked = SHEETS["tadamun.css"].partition("@media (prefers-contrast: more) {")[2]
    assert tokens('[data-theme="auto"]', asked) == CONTRAST != {}


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the known grey that just fails
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
