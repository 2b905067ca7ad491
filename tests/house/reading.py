"""The project's own source as syntax trees, read once for every rule of the house."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """path: from the project's folder, with slashes. package: `core`, `rooms`… for what is under src/, else ""."""

    path: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        parts = self.path.split("/")
        return parts[2].removesuffix(".py") if parts[0] == "src" and len(parts) > 2 else ""


def module(path: str, text: str) -> Module:
    """A module as it would stand at that path."""
    return Module(path, text, ast.parse(text))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file under these folders."""
    files = sorted(
        file for folder in folders for file in (HOUSE / folder).rglob("*.py") if "node_modules" not in file.parts
    )
    return tuple(module(file.relative_to(HOUSE).as_posix(), file.read_text(encoding="utf-8")) for file in files)


def dotted(node: ast.expr) -> str:
    """`a.b.c` for names and attributes; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""
