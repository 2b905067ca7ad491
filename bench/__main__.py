"""`python -m bench`: the limit, then every benchmark, as JSON on the standard output.

    python -m bench                               all of them
    python -m bench rotation                      only these, by name
    python -m bench --table docs/performance.md   write the table there too
    python -m bench --scale 0.1                   a tenth of every size, to see that all of it runs

Ends with 1 if a promise is not kept.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from bench.limit import Limit, measure
from bench.result import Result
from bench.setting import FOLDER, Setting

# Modules of this package with `results(limit, setting) -> Iterable[Result]`, in the order of the table.
BENCHMARKS: Final = (
    "writing",
    "catching_up",
    "meeting",
    "starting",
    "search",
    "live",
    "pages",
    "aid",
    "rotation",
    "control",
)

BEGIN: Final = "<!-- figures: written by `make bench` -->"
END: Final = "<!-- end of figures -->"


class Report(msgspec.Struct, frozen=True):
    """What is printed. limit: see docs/performance.md, "The limit". load: how many others wanted the cores before each
    benchmark began (the system's average over a minute); the benchmarks themselves are in it from the second on."""

    machine: str
    python: str
    scale: float
    limit: Limit
    load: dict[str, float]
    results: list[Result]


def run(names: Sequence[str], setting: Setting) -> Report:
    load = {"limit": _load()}
    limit = measure(setting.size(10_000, least=500), rounds=3 if setting.scale == 1 else 1)
    results: list[Result] = []
    for name in names:
        load[name] = _load()
        print(f"{name} (load {load[name]:g}) …", file=sys.stderr)
        results += importlib.import_module(f"bench.{name}").results(limit, setting)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    return Report(machine, platform.python_version(), setting.scale, limit, load, results)


def _load() -> float:
    return round(os.getloadavg()[0], 1)


def table(report: Report) -> str:
    """The report as two Markdown tables."""
    limit = report.limit
    steps = " · ".join(f"{name} {us:g} µs" for name, us in limit.us.items())
    lines = [
        f"Machine: {report.machine}; Python {report.python}. Limit: {steps}.",
        f"limit_1 = {limit.limit_1:,.0f} posts/s, limit_2 = {limit.limit_2:,.0f} posts/s."
        f" Load average when it began: {report.load['limit']:g}.",
        *([f"**At {report.scale:g} of the sizes promised: no more than a trial.**"] if report.scale != 1 else []),
        "",
        "| | what | measured | promised | kept | also |",
        "|---|---|---|---|---|---|",
    ]
    for result in report.results:
        kept = "yes" if result.met else "**no**"
        also = "; ".join(f"{name} {value:,g}" for name, value in result.also.items())
        figure = f"{result.value:,g} {result.unit}".strip()
        lines.append(f"| {result.name} | {result.what} | {figure} | {result.target} | {kept} | {also} |")
    return "\n".join(lines)


def write_table(page: Path, text: str) -> None:
    """Put the tables between the two marks of that page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{page} has no place for the figures: {BEGIN} … {END}")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure, and print JSON.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these (default: all)")
    parser.add_argument("--table", type=Path, metavar="PAGE", help="write the table into this Markdown page too")
    parser.add_argument("--scale", type=float, default=1.0, help="of every size (default: 1)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for prepared vaults (default: %(default)s)")
    given = parser.parse_args()
    if unknown := set(given.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHMARKS)}")
    report = run(given.names or BENCHMARKS, Setting(given.scale, given.folder))
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    if given.table:
        write_table(given.table, table(report))
    return 0 if all(result.met for result in report.results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
