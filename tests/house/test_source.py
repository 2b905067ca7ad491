"""Rules of the house that no linter knows. Each is also shown a line that breaks it: one that cannot fail is none."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from house.reading import Module, dotted, module, modules

LONGEST = 400  # lines; at that many, ask which second idea moved in
TALKS = {"log", "_log", "logger", "_logger", "logging"}
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


def too_long(source: Module) -> Iterator[int]:
    """Files of one idea: at most 400 lines."""
    lines = source.text.count("\n")
    if lines > LONGEST:
        yield lines


def undescribed(source: Module) -> Iterator[int]:
    """Every module opens with what it is for."""
    if not ast.get_docstring(source.tree):
        yield 1


def undocumented(source: Module) -> Iterator[int]:
    """What the lower packages offer says what goes in, what comes out and what is raised."""
    for node in source.tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        # One that is a single expression says it all in its name and types.
        if not ast.get_docstring(node) and len(node.body) > 1:
            yield node.lineno


def loose_tasks(source: Module) -> Iterator[int]:
    """Tasks live in task groups, of node, and of a carrier's coroutine that the node runs."""
    for call in calls(source):
        owner, _, name = dotted(call.func).rpartition(".")
        loose = name == "create_task" and (owner in ("", "asyncio") or "loop" in owner)
        misplaced = name == "TaskGroup" and source.package not in ("node", "carry")
        if loose or misplaced or name in ("ensure_future", "run_coroutine_threadsafe"):
            yield call.lineno


def prints(source: Module) -> Iterator[int]:
    """Only commands speak to the terminal, and modules that are run by themselves."""
    run_by_itself = '__name__ == "__main__"' in source.text
    for call in calls(source):
        name = dotted(call.func)
        if (name in ("print", "input") or name.startswith(("sys.stdout", "sys.stderr"))) and not run_by_itself:
            yield call.lineno


def talkative_logs(source: Module) -> Iterator[int]:
    """A log line is a constant sentence, with nothing in it but reasons, kinds of errors and counts."""
    for call in calls(source):
        name = dotted(call.func)
        receiver, _, level = name.rpartition(".")
        if receiver.split(".")[-1] not in TALKS or level not in LEVELS:
            continue
        if level == "exception" or call.keywords or not all(harmless(argument) for argument in call.args):
            yield call.lineno


def harmless(argument: ast.expr) -> bool:
    """A constant, a Reason, the name of an error's class, a count."""
    if isinstance(argument, ast.Constant):
        return True
    if isinstance(argument, ast.Call):
        return dotted(argument.func) == "len"
    name = dotted(argument)
    if name.startswith("Reason.") or name.endswith(".reason"):
        return True
    return isinstance(argument, ast.Attribute) and argument.attr == "__name__"


def trusted_by_hand(source: Module) -> Iterator[int]:
    """Only the crypto door makes a Genuine."""
    for call in calls(source):
        if dotted(call.func).split(".")[-1] == "Genuine":
            yield call.lineno


def clocks(source: Module) -> Iterator[int]:
    """Time and chance are arguments: main and commands read the one in one file each, crypto draws the other."""
    for call in calls(source):
        if re.search(
            r"(^|\.)(time\.time|time\.time_ns|(datetime|date)\.(now|utcnow|today)|urandom|uuid[14])$", dotted(call.func)
        ):
            yield call.lineno


def reducers_of_the_unsaid(source: Module) -> Iterator[int]:
    """A reducer takes what was said: checked, framed, attributed."""
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in ("reduce", "authorise"):
            annotation = node.args.args[1].annotation if len(node.args.args) > 1 else None
            if annotation is None or "Said" not in ast.unparse(annotation):
                yield node.lineno


def silenced_without_reason(source: Module) -> Iterator[int]:
    """A checker is silenced for a reason that stands beside it."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.search(r"#\s*(type: ignore(\[[\w, -]+\])?|noqa(: [A-Z0-9, ]+)?|pragma: no cover)\s*$", line):
            yield number


def put_off(source: Module) -> Iterator[int]:
    """Nothing is left for later in a comment."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.search(r"#.*\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b", line):
            yield number


def calls(source: Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


@dataclass(frozen=True)
class Rule:
    """find: the lines that break it. folders, only (packages), but (paths): where it holds. bad: what breaks it."""

    find: Callable[[Module], Iterator[int]]
    bad: tuple[str, ...]
    folders: tuple[str, ...] = ("src",)
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def holds_at(self, source: Module) -> bool:
        return (not self.only or source.package in self.only) and not source.path.startswith(self.but or ("?",))


EVERYTHING = ("src", "tests", "bench")

RULES = [
    Rule(too_long, ('"""Long."""\n' + "x = 1\n" * LONGEST,), EVERYTHING),
    Rule(undescribed, ("x = 1",), EVERYTHING),
    Rule(undocumented, ("def act() -> None:\n    x = 1\n    del x",), only=("core", "crypto", "store", "carry")),
    Rule(
        loose_tasks,
        ("asyncio.create_task(x())", "loop.create_task(x())", "asyncio.ensure_future(x())", "asyncio.TaskGroup()"),
    ),
    Rule(prints, ("print('x')", "sys.stderr.write('x')"), but=("src/tadamun/cli/",)),
    Rule(
        talkative_logs,
        (
            "log.info(f'from {peer}')",
            "log.info('from %s', peer)",
            "logger.error('failed: %s', error)",
            "self.log.exception('failed')",
            "log.error('failed', exc_info=error)",
            "logging.warning(text)",
        ),
    ),
    Rule(trusted_by_hand, ("Genuine(event)", "genuine.Genuine(event)"), but=("src/tadamun/crypto/",)),
    Rule(
        clocks,
        ("time.time()", "datetime.now()", "datetime.date.today()", "os.urandom(8)"),
        but=("src/tadamun/crypto/random.py", "src/tadamun/main.py", "src/tadamun/cli/here.py"),
    ),
    Rule(reducers_of_the_unsaid, ("def reduce(state: S, event: Genuine) -> S: ...",), only=("rooms",)),
    Rule(silenced_without_reason, ("x = y  # type: " + "ignore[arg-type]", "import os  # no" + "qa: F401"), EVERYTHING),
    Rule(put_off, ("x = 1  # TO" + "DO",), EVERYTHING),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.find.__name__)
def test_the_rule_holds(rule: Rule) -> None:
    broken = {
        f"{source.path}:{line}"
        for source in modules(*rule.folders)
        if rule.holds_at(source)
        for line in rule.find(source)
    }
    assert not broken, rule.find.__doc__


@pytest.mark.parametrize(("rule", "bad"), [(rule, bad) for rule in RULES for bad in rule.bad])
def test_the_rule_can_break(rule: Rule, bad: str) -> None:
    assert list(rule.find(module("src/tadamun/rooms/somewhere.py", bad)))


def test_harmless_log_lines_pass() -> None:
    lines = (
        "log.error('closed after %s', type(error).__name__)",
        "log.info('dropped: %s', error.reason)",
        "log.info('%d events', len(x))",
    )
    assert not list(talkative_logs(module("src/tadamun/node/x.py", "\n".join(lines))))


def test_test_files_have_names_of_their_own() -> None:
    """pytest imports them by base name, wherever they stand: of two `town.py` one would be the other."""
    names = [source.path.rsplit("/", 1)[1] for source in modules("tests")]
    assert not {name for name in names if names.count(name) > 1} - {"conftest.py", "__init__.py"}
