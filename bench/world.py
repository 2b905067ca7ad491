"""A space of two members who both have the same posts, prepared once and copied for each run: `build/bench/world-N/`.

`nour` founded it and wrote everything, `sam` came later. Preparing 100,000 posts takes a minute; remove the folder to
have it made anew. When the program has changed since, both vaults are opened once before they are used, so that what a
new version does with an older vault is not in what is measured; if it cannot read them, they are made anew.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

import tadamun
from bench.setting import Setting
from bench.troupe import process


def world(setting: Setting, posts: int) -> Path:
    """The folder, in which nobody may write: copy from it."""
    folder = setting.folder / f"world-{posts}"
    mark = folder / "program"
    if not (mark.exists() and (mark.read_text() == program() or _opened(folder))):
        _prepare(folder, posts)
    mark.write_text(program())
    return folder


def copied(home: Path, to: Path) -> Path:
    """A copy of a vault whose node does not run."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("*.sock"))
    return to


def last_of(posts: int) -> str:
    """A word that only the last of that many posts has: they begin with their number."""
    return f"#{posts - 1}"


def _opened(folder: Path) -> bool:
    """Open both once. False if the program of today does not read what an older one wrote."""
    try:
        for name in ("nour", "sam"):
            with process(folder / name) as one:
                one.ask("settle")
    except RuntimeError:
        return False
    return True


def _prepare(folder: Path, posts: int) -> None:
    print(f"preparing {posts:,} posts …", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with process(folder / "nour", "--listen") as nour, process(folder / "sam") as sam:
        nour.ask("call", name="space.new", params={"name": "Circle", "called": "Nour"})
        nour.ask("say", first=0, count=posts)
        link = nour.ask("call", name="invite.new", params={})["link"]
        sam.ask("call", name="join", params={"link": link, "called": "Sam"})
        sam.ask("has", count=posts, last=last_of(posts))
        for one in (nour, sam):
            one.ask("settle")
            one.ask("alone")


def program() -> str:
    """A digest of the source of Tadamun: what another version made is looked at before it is used."""
    digest = hashlib.sha256()
    for path in sorted(Path(tadamun.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    world(Setting(), int(sys.argv[1]))  # only prepare
