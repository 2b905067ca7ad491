"""The pages' stylesheets read as tokens and themes: which colour each name stands for, and how two of them contrast."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tadamun.web.render import STATIC

Theme = dict[str, tuple[str, str]]  # a token → its colours in light and in dark
_RULE = re.compile(r"(?P<selector>[^{}]+)\{(?P<body>[^{}]*)\}")
_TOKEN = re.compile(r"--(?P<name>[\w-]+):\s*(?:light-dark\((?P<light>#\w+),\s*(?P<dark>#\w+)\)|(?P<both>#\w+))\s*;")


def sheets() -> dict[str, str]:
    """Our own stylesheets by name, without comments."""
    found = {path.name: path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css"))}
    assert found
    return {name: re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for name, text in found.items()}


def tokens(selector: str, sheet: str) -> Theme:
    """The colours that the rules with exactly this selector name."""
    named: Theme = {}
    for rule in _RULE.finditer(sheet):
        if rule["selector"].strip() == selector:
            for token in _TOKEN.finditer(rule["body"]):
                named[token["name"]] = (token["light"] or token["both"], token["dark"] or token["both"])
    return named


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours (#rrggbb), from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance of #rrggbb."""
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), colour
    linear = [_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def declarations(sheet: str) -> Iterator[tuple[str, str]]:
    """(property, value) of every rule."""
    for rule in _RULE.finditer(sheet):
        for line in rule["body"].split(";"):
            name, colon, value = line.partition(":")
            if colon:
                yield name.strip(), value.strip()
