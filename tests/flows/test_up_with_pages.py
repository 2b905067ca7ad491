"""`tadamun up` with its pages, as a process: first run, locked, killed and started again, its port taken."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from kits.processes import Child, free_port, make_vault, run, troupe, until

PASSPHRASE = "horse battery staple forty"  # as kits.processes makes vaults


class Surfer:
    """A browser without script: one cookie, forms with the token of the page they are on."""

    def __init__(self) -> None:
        self.cookie = ""
        self.at = ""
        self.text = ""
        self.host = ("", 0)

    def go(self, address: str) -> int:
        """Follow a link, wherever it leads. Returns the status."""
        parts = urlsplit(address)
        if parts.hostname:
            self.host = (parts.hostname, parts.port or 0)
        status, location = self._ask("GET", parts.path, None)
        return self.go(location) if status == 303 else status

    def send(self, action: str, fields: Mapping[str, str]) -> int:
        found = re.search(f'action="[^"]*{re.escape(action)}".*?name="form_token" value="([^"]+)"', self.text, re.S)
        assert found is not None, self.text
        path = "/" + self.at.split("/")[1] + action
        status, location = self._ask("POST", path, urlencode({"form_token": found[1], **fields}))
        return self.go(location) if status == 303 else status

    def stream(self) -> socket.socket:
        """An open page's connection for what changes."""
        line = socket.create_connection(self.host, 10)
        prefix = self.at.split("/")[1]
        host, port = self.host
        line.sendall(f"GET /{prefix}/live HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {self.cookie}\r\n\r\n".encode())
        assert b"200" in line.recv(100)
        return line

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        line = http.client.HTTPConnection(*self.host, timeout=60)
        headers = {"Sec-Fetch-Site": "same-origin" if body is not None else "none", "Cookie": self.cookie}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": "null"}
        line.request(method, path, body, {name: value for name, value in headers.items() if value})
        answer = line.getresponse()
        self.at, self.text = path, answer.read().decode()
        self.cookie = answer.getheader("Set-Cookie", self.cookie).partition(";")[0]
        line.close()
        return answer.status, answer.getheader("Location", "")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Child]:
    made = Child(tmp_path, "up", "--json", "--no-lan", "--no-browser", f"--home={tmp_path / 'home'}")
    yield made
    if made.runs:
        made.kill()


def home(node: Child) -> Path:
    return node.folder / "home"


def locked(node: Child) -> Surfer:
    """A node with a vault and a browser that was let in."""
    make_vault(home(node))
    node.start()
    assert node.told["state"] == "locked"
    surfer = Surfer()
    assert surfer.go(node.told["pages"]) == 200
    return surfer


def test_from_nothing_to_a_first_post(node: Child) -> None:
    node.start()
    assert node.told["state"] == "fresh"
    asked = run(home(node), "status")
    assert asked.code == 5
    assert "no vault yet" in asked.said["error"]["text"]
    surfer = Surfer()
    surfer.go(node.told["pages"])
    assert surfer.at.endswith("/welcome")
    surfer.go(f"{surfer.at}/en")
    surfer.send("/welcome/en", {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE})
    surfer.send("/first/reach", {"how": "near", "port": str(port := free_port())})
    assert run(home(node), "status").said["node"]["listening"] == [f"ws://0.0.0.0:{port}"]
    surfer.go(f"{surfer.at}spaces/new")
    surfer.send("/spaces/new", {"name": "Circle", "called": "Nour"})
    assert run(home(node), "post", "from the command line").code == 0
    talk = re.findall(r'href="(/[^"]+/talk)"', surfer.text)[-1]
    assert surfer.go(talk) == 200
    assert "from the command line" in surfer.text


def test_killed_and_started_again_it_is_where_it_was(node: Child) -> None:
    surfer = locked(node)
    first = urlsplit(node.told["pages"])
    node.kill()
    with pytest.raises(OSError):
        surfer.go(surfer.at)
    node.start()
    again = urlsplit(node.told["pages"])
    assert (again.netloc, again.path.split("/")[1]) == (first.netloc, first.path.split("/")[1])
    assert surfer.go(surfer.at) == 200, "the browser is still let in"
    surfer.send("/unlock", {"passphrase": PASSPHRASE})
    assert surfer.at.endswith("/")


def test_locked_no_node_answers_and_no_port_listens(tmp_path: Path) -> None:
    port = free_port()
    node = Child(
        tmp_path,
        "up",
        "--json",
        "--no-lan",
        "--no-browser",
        f"--listen=127.0.0.1:{port}",
        f"--home={tmp_path / 'home'}",
    )
    surfer = locked(node)

    def listens() -> bool:
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", port)) == 0

    try:
        assert not listens()
        surfer.send("/unlock", {"passphrase": PASSPHRASE})
        assert listens()
        assert run(home(node), "status").said["node"]["listening"]
        surfer.send("/lock", {})
        assert surfer.at.endswith("/unlock")
        until(lambda: not listens(), "the port is closed")
        until(lambda: run(home(node), "pages").code == 0, "it began anew")
        refused = run(home(node), "post", "hello")
        assert refused.code == 5
        assert "locked" in refused.said["error"]["text"]
        assert run(home(node), "pages").said["link"].startswith("http://127.0.0.1:")
    finally:
        node.kill()


def memory(pid: int) -> bytes:
    """All that a process has in its memory, and its children, proc(5)."""
    found = []
    for one in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
        with Path(f"/proc/{one}/maps").open() as maps, Path(f"/proc/{one}/mem").open("rb", 0) as raw:
            for line in maps:
                place, rights = line.split()[:2]
                start, end = (int(edge, 16) for edge in place.split("-"))
                if rights.startswith("rw"):
                    with suppress(OSError, OverflowError):  # pages of devices
                        raw.seek(start)
                        found.append(raw.read(end - start))
    return b"".join(found)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs proc(5)")
def test_locked_nothing_of_what_was_open_is_left_in_memory(node: Child) -> None:
    surfer = locked(node)
    surfer.send("/unlock", {"passphrase": PASSPHRASE})
    assert run(home(node), "space", "new", "Wallflower Circle", "--as", "Nour").code == 0
    assert run(home(node), "post", "marjoram under the balcony").code == 0
    assert node.process is not None
    secrets = (b"marjoram under the balcony", b"Wallflower Circle", PASSPHRASE.encode())
    open_memory = memory(node.process.pid)
    assert all(secret in open_memory for secret in secrets[:2]), "the search itself must work"
    surfer.go(surfer.at)
    surfer.send("/lock", {})
    assert surfer.at.endswith("/unlock"), "whoever locks is led where it can be unlocked"
    place = node.process.pid

    def gone() -> bool:
        left = memory(place)
        return not [secret for secret in secrets if secret in left]

    until(gone, "it began anew")
    assert node.process.poll() is None, "in the same place"
    until(lambda: run(home(node), "pages").code == 0, "it listens again")
    surfer.send("/unlock", {"passphrase": PASSPHRASE})
    assert run(home(node), "read").said["posts"][0]["text"] == "marjoram under the balcony"


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs proc(5)")
def test_wiped_nothing_is_left_in_the_folder_or_in_memory(node: Child) -> None:
    surfer = locked(node)
    surfer.send("/unlock", {"passphrase": PASSPHRASE})
    assert run(home(node), "space", "new", "Wallflower Circle", "--as", "Nour").code == 0
    surfer.go(f"{surfer.at}settings/wipe")
    surfer.send("/settings/wipe", {"word": "wipe"})
    assert "is destroyed" in surfer.text
    assert not [path.name for path in home(node).iterdir() if path.suffix == ".db" or path.name.startswith("vault.key")]
    assert node.process is not None

    def gone() -> bool:
        return node.process is not None and b"Wallflower Circle" not in memory(node.process.pid)

    until(gone, "it began anew")
    assert node.process.poll() is None, "in the same place"
    # It takes a moment from beginning anew to listening, in which `pages` finds nobody to ask.
    until(lambda: run(home(node), "pages").code == 0, "it listens again")
    again = run(home(node), "pages").said["link"]
    surfer.cookie = ""
    assert surfer.go(again) == 200
    assert surfer.at.endswith("/welcome")


def test_a_port_that_somebody_took_is_left_with_all_that_was_known_of_it(node: Child) -> None:
    surfer = locked(node)
    first = urlsplit(node.told["pages"])
    node.kill()
    with socket.create_server(("127.0.0.1", first.port or 0)):
        node.start()
    again = urlsplit(node.told["pages"])
    assert again.port != first.port
    assert again.path.split("/")[1] != first.path.split("/")[1]
    surfer.host = ("127.0.0.1", again.port or 0)
    assert surfer.go(again.path.rsplit("/enter/")[0] + "/") == 403, "old cookies are worth nothing"


def test_an_open_page_does_not_keep_it_from_ending(node: Child) -> None:
    surfer = locked(node)
    with surfer.stream():
        assert node.stop() < 5


def test_with_a_passphrase_file_it_opens_at_once(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE)
    file.chmod(0o600)
    node = Child(tmp_path, "up", "--json", "--no-lan", f"--home={tmp_path / 'home'}", passphrase=file)
    make_vault(home(node))
    node.start()
    try:
        assert node.told["state"] == "open"
        assert node.told["spaces"] == []
        surfer = Surfer()
        surfer.go(node.told["pages"])
        assert surfer.at.endswith("/")
    finally:
        node.kill()


def test_a_node_without_pages_says_so(tmp_path: Path) -> None:
    nowhere = run(tmp_path / "home", "pages")
    assert nowhere.code == 2
    assert "No node is running" in nowhere.said["error"]["text"]
    with troupe(tmp_path) as stage:
        plain = stage.node("Nour")
        refused = plain.run("pages")
        assert refused.code == 2
        assert "without its pages" in refused.said["error"]["text"]


def test_nothing_is_written_about_who_reads_what(node: Child) -> None:
    surfer = locked(node)
    surfer.go("/" + surfer.at.split("/")[1] + "/nowhere")
    assert node.log() == ""
    kept = json.loads((home(node) / "pages.json").read_text())
    assert surfer.cookie.partition("=")[2] not in json.dumps(kept)
    assert (home(node) / "pages.json").stat().st_mode & 0o077 == 0
