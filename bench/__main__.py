"""`python -m bench`: the limit, then every benchmark, as JSON on the standard output.

    python -m bench                               all of them
    python -m bench rotation                      only these, by name
    python -m bench --table docs/performance.md   write the table there too

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

# Modules of this package with `results(limit) -> Iterable[Result]`, in the order of the table.
BENCHMARKS: Final = ("rotation",)

BEGIN: Final = "<!-- figures: written by `make bench` -->"
END: Final = "<!-- end of figures -->"


class Report(msgspec.Struct, frozen=True):
    """What is printed. limit: see docs/performance.md, "The limit"."""

    machine: str
    python: str
    limit: Limit
    results: list[Result]


def run(names: Sequence[str]) -> Report:
    limit = measure()
    results: list[Result] = []
    for name in names:
        print(f"{name} …", file=sys.stderr)
        results += importlib.import_module(f"bench.{name}").results(limit)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    return Report(machine, platform.python_version(), limit, results)


def table(report: Report) -> str:
    """The report as two Markdown tables."""
    limit = report.limit
    steps = " · ".join(f"{name} {us:g} µs" for name, us in limit.us.items())
    lines = [
        f"Machine: {report.machine}; Python {report.python}. Limit: {steps}.",
        f"limit_1 = {limit.limit_1:,.0f} posts/s, limit_2 = {limit.limit_2:,.0f} posts/s.",
        "",
        "| | what | measured | promised | kept |",
        "|---|---|---|---|---|",
    ]
    for result in report.results:
        kept = "yes" if result.met else "**no**"
        lines.append(f"| {result.name} | {result.what} | {result.value:g} {result.unit} | {result.target} | {kept} |")
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
    given = parser.parse_args()
    if unknown := set(given.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHMARKS)}")
    report = run(given.names or BENCHMARKS)
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    if given.table:
        write_table(given.table, table(report))
    return 0 if all(result.met for result in report.results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
