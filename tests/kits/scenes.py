"""What a page looks like once something was done on it: a table of scenes, each on a page that is found by its name.

Empty and full, refused and done, opened and lost: states that no address alone shows. screens.py takes them. What
changes the community for good stands in `changed`, which comes last.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from PIL import Image
from playwright.sync_api import Page as Tab

from kits.camera import nothing, pressed
from kits.community import JAD, LAYAN, NOUR, SAMI, SPACE, Community
from kits.processes import until

LONG_NAME: Final = "Featherstonehaugh-Wolfeschlegelsteinhausen and friends"
LONG_SPACE: Final = "دار الضيافة الصغيرة خلف المكتبة القديمة في الطابق الثالث"
LONG_WORD: Final = "https://example.org/" + "a-very-long-way/" * 12
LONG_TEXT: Final = f"See {LONG_WORD} and tell me.\n\nهذه كلمة لا تنتهي: {'آ' * 120}\n\n" + "One more line. " * 40


@dataclass(frozen=True)
class Scene:
    """name: of the picture. page: whose address is opened, with `given` in its braces. act: what is done there."""

    name: str
    page: str
    act: Callable[[Tab], None] = nothing
    given: Mapping[str, str] = field(default_factory=dict)


def fill(**texts: str) -> Callable[[Tab], None]:
    """Fill in the fields of these names, folded away or not, and send the form of the first."""

    def act(tab: Tab) -> None:
        opened(tab)
        for name, text in texts.items():
            tab.locator(f'#main [name="{name}"]:not([type="hidden"])').first.fill(text)
        press(next(iter(texts)))(tab)

    return act


def press(name: str) -> Callable[[Tab], None]:
    """Send the form that has a field of this name."""
    selector = f'#main form:has([name="{name}"]:not([type="hidden"])) button[type="submit"]'
    return lambda tab: pressed(tab.locator(selector).last)


def opened(tab: Tab) -> None:
    """Everything that is folded away."""
    tab.evaluate("() => { for (const one of document.querySelectorAll('main details')) one.open = true; }")


def more(tab: Tab) -> None:
    tab.locator("a[data-more]").nth(1).click()
    tab.locator(".post-more").wait_for()


def menu(tab: Tab) -> None:
    tab.locator(".side").evaluate("(side) => side.showPopover()")


def lost(tab: Tab) -> None:
    tab.evaluate("() => document.documentElement.setAttribute('data-lost', '')")


def write_all(tab: Tab) -> None:
    """A composer with everything in it that it can hold."""
    opened(tab)
    for name, text in {"text": LONG_TEXT, "title": "مساء الخير", "warning": "family, violence"}.items():
        tab.locator(f'#main [name="{name}"]').first.fill(text)
    tab.locator('#main [name="topic"]').first.check()


def draft(tab: Tab) -> None:
    with tab.expect_response(lambda answer: "/draft" in answer.url):
        tab.locator('#main [name="text"]').first.fill("half a thought, نصف فكرة")
    tab.reload()


def typing_weakly(tab: Tab) -> None:
    for name in ("passphrase", "passphrase_again"):
        tab.locator(f'[name="{name}"]').press_sequentially("sunshine1")
    tab.locator(".judged .strength").wait_for()


# Each leaves the community as it was. In braces of paths a member's name, a post's key or a space's name is its id.
SCENES: Final = (
    Scene("talk-filled", "talk", write_all),
    Scene("talk-draft", "talk", draft),
    Scene("talk-too-long", "talk", fill(text="كلام كثير. So many words. " * 4_000)),
    Scene("thread-opened", "talk-thread", opened),
    Scene("thread-more", "talk-thread", more),
    Scene("search-found", "talk-search", fill(words="من")),
    Scene("search-nothing", "talk-search", fill(words="nobody-wrote-this")),
    Scene("search-folded", "talk-search", opened),
    Scene("side", "talk", menu),
    Scene("lost", "talk-thread", lost),
    Scene("member-mine", "member", given={"member": NOUR}),
    Scene("member-opened", "member", opened),
    Scene("safety-wrong", "safety", fill(theirs="12345")),
    Scene("rename-shown", "rename", fill(name="ليلى")),
    Scene("rename-same", "rename", fill(name=NOUR)),
    Scene("charter-opened", "charter", opened),
    Scene("invite-gone", "invite", given={"key": "0" * 64}),
    Scene("invite-opened", "invite", opened),
    Scene("device-made", "device-add", lambda tab: pressed(tab.locator('form[action*="/devices/new"] button').first)),
    Scene("status-opened", "status", opened),
    Scene("settings-saved", "settings", press("language")),
    Scene("peer-wrong", "settings_reach", fill(peer="nonsense")),
    Scene("passphrase-wrong", "settings_safety", fill(passphrase_old="no", passphrase="sun", passphrase_again="moon")),
    Scene("found-wrong", "found", fill(name=" ", called=" ")),
    Scene("join-wrong", "join", fill(link="tadamun:join#nonsense", called="Nour")),
    Scene("wipe-wrong", "wipe", fill(word="no")),
)  # fmt: skip

# What Nour sees after `changed`.
CHANGED: Final = (
    Scene("home-many", "home"),
    Scene("talk-many", "talk"),
    Scene("thread-long", "talk-thread", given={"thread": "long"}),
    Scene("thread-gone", "talk-thread", given={"thread": "pot"}),
    Scene("message-both", "talk-message", given={"member": LAYAN}),
    Scene("messages-both", "talk-messages"),
    Scene("people-many", "people"),
    Scene("member-former", "member", given={"member": JAD}),
    Scene("removed", "remove", given={"member": JAD}),
    Scene("space-empty", "talk", given={"space": LONG_SPACE}),
    Scene("space-alone", "people", given={"space": LONG_SPACE}),
    Scene("space-long", "profile", given={"space": LONG_SPACE}),
)
# What Jad sees, who was removed.
OUTSIDE: Final = (Scene("outside-talk", "talk"), Scene("outside-people", "people"))


def changed(town: Community) -> None:
    """What cannot be taken back: somebody goes, a post is retracted, names without end, a picture, another space."""
    nour, sami, layan = (town.nodes[one] for one in (NOUR, SAMI, LAYAN))
    picture = io.BytesIO()
    Image.radial_gradient("L").resize((640, 360)).convert("RGB").save(picture, "PNG")
    data = base64.b64encode(picture.getvalue()).decode()
    attached = nour.call("talk.attach", space=SPACE, data=data, alt="A round light")["id"]
    town.posts["long"] = nour.call(
        "talk.post", space=SPACE, text=LONG_TEXT, title="ب" * 90 + LONG_WORD[:90],
        topics=["a-topic-nobody-has-heard-of"], attachments=[attached],
    )["id"]  # fmt: skip
    nour.call("talk.post", space=SPACE, to=LAYAN, text="طبعًا. متى يناسبك؟")
    layan.call("talk.post", space=SPACE, to=NOUR, text="بعد العصر، عند الدرج.")
    until(lambda: "بعد العصر، عند الدرج." in nour.texts(space=SPACE, private=True), "Nour has the answer")
    nour.call("talk.retract", space=SPACE, post=town.posts["tanjara"], reason="")
    sami.call("people.profile", space=SPACE, name=LONG_NAME)
    until(lambda: LONG_NAME in {one["name"] for one in nour.call("people.list", space=SPACE)}, "the long name")
    nour.call("members.remove", space=SPACE, member=JAD)
    jad = town.nodes[JAD]
    until(lambda: jad.call("space.list")[0]["status"] != "member", "Jad's node has heard of it")
    nour.call("space.new", name=LONG_SPACE, called=LONG_NAME)
