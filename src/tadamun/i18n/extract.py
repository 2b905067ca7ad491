"""Finds the sentences in the source: the literals given to `_`, `N_`, `say`, `say_count`, `ngettext` and to errors.

Reads the syntax tree, so that a sentence is found however it is broken over lines or nested in another call. What is
not a literal there is no sentence the catalogues could know: it is returned too, for a test to hold that each such
place passes on a msgid marked elsewhere. This file does not know languages.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tadamun.core import errors

# Function → how many of its first arguments are msgids (two: singular and plural).
# `void` says why the control log lets an act have no effect, which the person who tried it is told.
MARKS: Final[dict[str, int]] = {"_": 1, "N_": 1, "say": 1, "say_count": 2, "ngettext": 2, "void": 1}


@dataclass(frozen=True, slots=True)
class Found:
    """file: under the root that was read. message: None where the argument is no literal. plural: "" if none."""

    file: str
    line: int
    message: str | None
    plural: str = ""


def error_names(root: Path) -> frozenset[str]:
    """The LocalError family: the classes whose message is shown to a person, by the source, whatever is imported."""
    below: dict[str, set[str]] = {}
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                for base in node.bases:
                    below.setdefault(_name(base), set()).add(node.name)
    family = {errors.LocalError.__name__}
    while True:
        wider = family.union(*(below.get(name, set()) for name in family))
        if wider == family:
            return frozenset(family)
        family = wider


def in_tree(root: Path) -> Iterator[Found]:
    """Everything in the Python files under a folder, file by file."""
    marks = MARKS | dict.fromkeys(error_names(root), 1)
    for path in sorted(root.rglob("*.py")):
        yield from in_source(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix(), marks)


def in_source(source: str, file: str, marks: dict[str, int]) -> Iterator[Found]:
    """Everything in one file's text, from top to bottom."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        wanted = marks.get(_name(call.func), 0)
        if wanted == 1:
            for message in _literals(call.args[0]):
                yield Found(file, call.lineno, message)
        elif wanted == 2 and len(call.args) > 1:
            for one, many in zip(_literals(call.args[0]), _literals(call.args[1]), strict=True):
                yield Found(file, call.lineno, one, many or "")


def _name(function: ast.expr) -> str:
    """What is called. Of methods only errors count (`errors.UsageError`): a desk's `say` says something else."""
    match function:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name) if name not in MARKS:
            return name
        case _:
            return ""


def _literals(node: ast.expr) -> list[str | None]:
    """The text of a literal, both of `a if … else b`, or [None] for anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return _literals(body) + _literals(orelse)
        case _:
            return [None]
