"""Every benchmark still runs, at sizes at which its figures mean nothing: what is promised is not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_all_of_them_run_and_write_their_table(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("before\n<!-- figures: written by `make bench` -->\nold\n<!-- end of figures -->\nafter\n")
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--scale=0.002", f"--folder={tmp_path / 'prepared'}", f"--table={page}"],
        cwd=ROOT, capture_output=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr.decode()  # 1: a promise was not kept
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    report = json.loads(done.stdout)
    measured = {result["name"] for result in report["results"]}
    assert measured == {"W1", "W2", "W3", "W4", "W5", "W6", "pages", "aid", "rotation", "control"}
    assert all(result["value"] >= 0 for result in report["results"])
    table = page.read_text()
    assert table.startswith("before\n")
    assert table.endswith("<!-- end of figures -->\nafter\n")
    assert "old" not in table
    assert table.count("\n| W") >= 9
    assert not list((tmp_path / "prepared").glob("run-*")), "a benchmark leaves its nodes' folders behind"
