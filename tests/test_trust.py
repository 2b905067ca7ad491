"""Read from the source tree: only crypto makes a `Genuine`, imports cipher libraries, and lets secrets out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "tadamun"
LIBRARIES = {"coincurve", "cryptography", "argon2", "argon2_cffi_bindings", "rbcl", "nacl", "hpke", "shamir_mnemonic"}


def trees(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(folder).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def makes_genuine(tree: ast.Module) -> bool:
    """A call of it, under its own or another name, or by a field's change."""
    names = {"Genuine"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname for alias in node.names if alias.name == "Genuine" and alias.asname}
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in names:
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in names:
                return True
            if isinstance(called, ast.Attribute) and called.attr == "Genuine":
                return True
    return False


def imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            found |= {str(arg.value).partition(".")[0] for arg in node.args if isinstance(arg, ast.Constant)}
    return found


def reveals(tree: ast.Module) -> bool:
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Attribute) and called.attr in ("reveal", "view") for called in calls)


def test_only_crypto_makes_genuine() -> None:
    assert {name for name, tree in trees(SOURCE) if makes_genuine(tree)} == {
        "crypto/keys.py",
        "crypto/seal.py",
        "crypto/worker.py",
    }


def test_only_crypto_imports_cipher_libraries() -> None:
    users = {name.partition("/")[0] for name, tree in trees(SOURCE) if imported(tree) & LIBRARIES}
    assert users == {"crypto"}


def test_secrets_are_revealed_in_crypto_and_store_only() -> None:
    users = {name.partition("/")[0] for name, tree in trees(SOURCE) if reveals(tree)}
    assert "crypto" in users
    assert users <= {"crypto", "store"}


def test_the_readers_see_what_they_look_for() -> None:
    for text in (
        "Genuine(e)",
        "genuine.Genuine(e)",
        "from tadamun.core.genuine import Genuine as G\nG(e)",
        "make = Genuine\nmake(e)",
    ):
        assert makes_genuine(ast.parse(text))
    assert not makes_genuine(ast.parse("def f(g: Genuine) -> Genuine: return g"))
    for text in (
        "import coincurve.keys",
        "from cryptography.x import y",
        "importlib.import_module('argon2.low_level')",
    ):
        assert imported(ast.parse(text)) & LIBRARIES
    assert reveals(ast.parse("a.b.reveal()"))


def test_patterns_end_where_the_text_ends() -> None:
    """In `re`, hence in msgspec, `$` also matches before a last newline, and a body would have two spellings."""
    loose = {
        f"{name}: {node.value.value}"
        for name, tree in trees(SOURCE)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "pattern" and isinstance(node.value, ast.Constant)
        if str(node.value.value).endswith("$")
    }
    assert loose == set()
