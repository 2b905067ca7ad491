"""An archive moves in, is found by everybody, and moves out again; and somebody watches as things arrive."""

from __future__ import annotations

import itertools
import json
import mailbox
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from kits.processes import Node, Troupe, environment, until, until_equal

LETTERS = 1_000


def mbox(path: Path) -> Path:
    """A mailing list's archive: two languages, encoded headers, a thread, one letter with nothing in it."""
    archive = mailbox.mbox(path)
    for n in range(LETTERS):
        letter = EmailMessage()
        letter["From"] = "سلمى <salma@example.org>" if n % 2 else "Dana <dana@example.org>"
        letter["Subject"] = f"رسالة رقم {n}" if n % 2 else f"letter {n}"
        letter["Date"] = f"Mon, 01 Jan 2018 {n // 60:02}:{n % 60:02}:00 +0200"
        letter.set_content(f"مرحبا، هذه الرسالة {n}" if n % 2 else f"Hello, this is letter {n}\n>From the old list")
        archive.add(letter)
    nothing = EmailMessage()
    nothing["Subject"] = "nothing"
    archive.add(nothing)
    archive.flush()
    return path


def jsonl(path: Path) -> Path:
    """A forum's export: mostly good lines, one that is none, one without a text."""
    lines = [json.dumps({"author": "Dana", "title": f"t {n}", "text": f"forum entry {n}"}) for n in range(LETTERS)]
    lines.insert(500, "{not json")
    lines.insert(700, json.dumps({"author": "Dana"}))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_archives_move_in_and_out(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami = stage.founded([keeper.address], "Nour", "Sami")
    letters = nour.run("import", str(mbox(nour.folder / "list.mbox")))
    assert letters.code == 0, letters
    assert letters.said["imported"] == LETTERS
    assert [one["line"] for one in letters.said["skipped"]] == [LETTERS + 1]
    entries = nour.run("import", str(jsonl(nour.folder / "forum.jsonl")))
    assert entries.said["imported"] == LETTERS
    assert [one["line"] for one in entries.said["skipped"]] == [501, 701]
    until_equal([nour, sami])
    posts = sami.posts()
    assert len(posts) == 2 * LETTERS
    # In the archive's order, newest first; the title is the subject, the text tells who wrote it.
    assert [post["title"] for post in posts if "رسالة" in post["title"] or "letter" in post["title"]] == [
        f"رسالة رقم {n}" if n % 2 else f"letter {n}" for n in reversed(range(LETTERS))
    ]
    [found] = sami.run("search", "letter 778").said["posts"][:1]
    assert found["title"] == "letter 778"
    assert "Dana" in found["text"]
    assert sami.run("search", "الرساله 335").said["posts"][0]["title"] == "رسالة رقم 335"
    # Out again, on either side: the same events, readable by nobody else.
    exported = []
    for node in (nour, sami):
        out = node.folder / "out.jsonl"
        assert node.run("export", str(out)).said["events"] >= 2 * LETTERS
        assert out.stat().st_mode & 0o077 == 0
        events = [json.loads(line) for line in out.read_text().splitlines()]
        exported.append({one["id"] for one in events if one["kind"] == 11})
    assert exported[0] == exported[1]
    assert len(exported[0]) == 2 * LETTERS
    for node in (nour, sami):
        assert node.run("rebuild").said["same"] is True
    assert len(sami.posts()) == 2 * LETTERS


def test_what_cannot_be_moved_is_told(stage: Troupe) -> None:
    nour = stage.node("Nour")
    nour.call("space.new", name="Circle", called="Nour")
    missing = nour.run("import", str(nour.folder / "nowhere.mbox"))
    assert missing.code == 2
    nonsense = nour.folder / "picture.jpg"
    nonsense.write_bytes(bytes(range(256)) * 100)
    assert nour.run("import", str(nonsense)).said["imported"] == 0
    assert nour.texts() == []
    out = nour.run("export", str(nour.folder / "nowhere" / "out.jsonl"))
    assert out.code in (2, 5)
    assert "error" in out.said


@contextmanager
def watching(node: Node) -> Iterator[tuple[subprocess.Popen[bytes], list[str]]]:
    """`tadamun watch`, and the texts it has shown so far."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tadamun.main", "watch", "--json", f"--home={node.home}"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(None), start_new_session=True,
    )  # fmt: skip
    seen: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            seen.extend(json.loads(line)["text"] for line in lines)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield process, seen
    finally:
        process.kill()
        process.wait()
        thread.join()


def test_watch_shows_what_another_process_writes(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami = stage.founded([keeper.address], "Nour", "Sami")
    sami.call("talk.post", text="from before")
    until_equal([nour, sami])
    with watching(sami) as (watch, seen):
        # It says nothing of its own: one writes until it is seen that it listens.
        tries = itertools.count()
        until(lambda: seen or not nour.call("talk.post", text=f"try {next(tries)}"), "the watcher hears")
        nour.call("talk.post", text="صباح الخير، حيًّا")
        sami.call("talk.post", text="her own, from another process")
        nour.call("talk.post", text="to you alone", to="Sami")
        live = {"صباح الخير، حيًّا", "her own, from another process", "to you alone"}
        until(lambda: live <= set(seen), "all three, live")
        assert "from before" not in seen
        assert len(seen) == len(set(seen))
        watch.send_signal(signal.SIGINT)
        assert watch.wait(10) == 130
