"""`python -m kits.gallery FOLDER` from tests/: every macro of the templates' parts, with samples, as files to look at.

One page a language, in the colours that the browser asks for. The samples are hostile on purpose:
long names, long words, both directions in one line.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, DictLoader, Environment, PackageLoader, StrictUndefined

from tadamun.i18n.tongue import choose, parse
from tadamun.web import words
from tadamun.web.render import STATIC

NOW: Final = 1_760_000_000
SAMPLES: Final = {
    "ar": {
        "space": "حلقة بيروت",
        "names": ("ليلى", "سامر", "نور الهدى", "Sam", "يوسف المنفلوطي الطويل الاسم جدًا", "Zoë"),
        "pronouns": "هي",
        "title": "لقاء الجمعة: من يحضر القهوة؟",
        "long": "كتبت لي أختي بعد سنتين من الصمت. لا أعرف إن كنت مستعدة للرد، لكنّني قرأت الرسالة ثلاث مرات.\n\n"
        "The link was https://example.org/a/very/long/path/that-does-not-end?yes=1 والسؤال: هل أفتحه على هاتفي؟",
        "short": "نحن هنا. خذي وقتك كله ♥",
        "warning": "عن العائلة والعنف",
        "topics": ("عائلة", "سكن"),
    },
    "en": {
        "space": "Beirut Circle",
        "names": ("Layla", "Samer", "Nour", "ليلى", "Maximilian-Alexander Featherstonehaugh", "Zoë"),
        "pronouns": "she/her",
        "title": "Friday meet-up: who brings coffee?",
        "long": "My sister wrote to me after two years of silence. I do not know if I am ready to answer, but I read "
        "the letter three times.\n\nShe ended with: «أشتاق إليكِ» and https://example.org/a/very/long/path/that-does-not-end?yes=1",
        "short": "We are here. Take all the time you need ♥",
        "warning": "family, violence",
        "topics": ("family", "housing"),
    },
}
PAGE: Final = (Path(__file__).parent / "gallery.html").read_text(encoding="utf-8")


def environment() -> Environment:
    """As the pages' own, with the gallery's page beside."""
    made = Environment(
        loader=ChoiceLoader([DictLoader({"gallery.html": PAGE}), PackageLoader("tadamun.web")]),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    words.install(made)
    return made


def post(number: int, language: str, text: str, **changed: Any) -> dict[str, Any]:
    """As talk.read gives one."""
    names = SAMPLES[language]["names"]
    return {
        "id": f"{number:064x}", "author": f"{number * 7919 + 3:02x}{number * 104729 + 11:08x}a{number}f4" * 3,
        "name": names[number % len(names)], "mine": False, "title": "", "text": text, "topics": [], "warning": "",
        "created_at": NOW - number * 4000, "ahead": False, "edited": False, "retracted": "", "reason": "", "depth": 0,
        "reactions": {}, "reacted": [], "unread": False, "expires_at": 0, "private": "",
        "mentions_me": False, "private_name": "", **changed,
    }  # fmt: skip


def context(language: str, **changed: Any) -> dict[str, Any]:
    """What site.py gives, of samples."""
    sample = SAMPLES[language]
    spaces = [
        {"space": "a3f2", "key": "a3f2", "name": sample["space"], "href": "#", "here": True, "unread": 3},
        {"space": "1f00", "key": "1f00", "name": "Berlin Küche", "href": "#", "here": False, "unread": 0},
        {"space": "54cc", "key": "54cc", "name": "بيت الريح", "href": "#", "here": False, "unread": 128},
    ]
    talk, people, settings = (
        ("النقاش", "الناس", "المساحة") if language == "ar" else ("Talk", "People", "Space")
    )  # names that rooms give
    long, short = str(sample["long"]), str(sample["short"])
    return {
        "lang": language, "dir": "rtl" if language == "ar" else "ltr", "theme": "auto", "text_size": 100,
        "discreet": False, "house": "open", "spaces": spaces, "space": spaces[0], "error": "", "notices": [],
        "rooms": [
            {"key": "talk", "label": talk, "href": "#", "icon": "talk", "here": True, "unread": 3},
            {"key": "people", "label": people, "href": "#", "icon": "people", "here": False, "unread": 0},
            {"key": "space", "label": settings, "href": "#", "icon": "charter", "here": False, "unread": 0},
        ],
        "standing": {"connected": 1, "one": {"members": 2, "meeting_points": 1}}, "signs": "#",
        "form_token": lambda: "token", "standing_token": "", "here": "#", "typed": {}, "now": NOW, "sample": sample,
        "url": lambda name, **params: f"static/{params['path']}" if name == "static" else f"#{name}",
        "posts": [
            post(0, language, long, title=sample["title"], topics=sample["topics"],
                 reactions={"+": 4, "🌱": 2, "كل الحب": 1}, reacted=["+"], expires_at=NOW + 190_000),
            post(1, language, short, mine=True, edited=True, depth=1, reactions={"+": 1}),
            post(2, language, long, warning=sample["warning"], depth=2),
            post(3, language, short, unread=True, depth=3),
            post(4, language, "", retracted="author", depth=1),
            post(5, language, "a" * 300, unread=True, depth=4),
        ],
        **words.helpers(NOW), **changed,
    }  # fmt: skip


def page(language: str, **changed: Any) -> str:
    """The gallery in that language, with what is changed in its context."""
    spoken = parse(language)
    assert spoken is not None
    choose(spoken)
    return environment().get_template("gallery.html").render(context(language, **changed))


def write(folder: Path) -> None:
    """ar.html, en.html and the static files beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(STATIC, folder / "static", dirs_exist_ok=True)
    for language in SAMPLES:
        (folder / f"{language}.html").write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
