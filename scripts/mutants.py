"""Change one operator or constant of the core at a time, and print the changes no test notices.

Usage: python scripts/mutants.py [--sample 20] [--seed 0] [--all] [--modules shift.signs ...]

Works on a copy in a temporary folder: the checkout is never written to.
"""

import argparse
import ast
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "ilacs_reliability"
# where numbers are computed
CORE = re.compile(
    r"(agreement|comparison|error|planning|shift|_inference)\.(?!__init__|crosscheck)"
    r"|_results\.estimates$"
)
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "_build", "__pycache__", ".*_cache", ".hypothesis", "build", "dist"
)
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Add,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: a place in a module, and what stands there before and after."""

    module: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.before}  ->  {self.after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests against changed copies of the core.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; default that of the process.

    Returns
    -------
    int
        Exit status: 0 where the tests themselves pass; survivors are for people to judge.
    """
    parser = argparse.ArgumentParser(description="Change one operator or constant at a time.")
    parser.add_argument("--sample", type=int, default=20, help="how many changes (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--all", action="store_true", help="every change there is")
    parser.add_argument("--modules", nargs="*", default=(), help="only these, as shift.signs")
    given = parser.parse_args(arguments)
    chosen = _chosen(given)
    # an interrupt and a polite end both leave by the door that removes the copy
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED, symlinks=True)
        return _run(copy, chosen)


def _chosen(given: argparse.Namespace) -> list[Mutant]:
    modules = given.modules or _core()
    every = [mutant for module in modules for mutant in mutants(module, _source(module))]
    if given.all or given.sample >= len(every):
        return every
    picked = random.Random(given.seed).sample(range(len(every)), given.sample)
    return [every[place] for place in sorted(picked)]


def _run(copy: Path, chosen: list[Mutant]) -> int:
    outcomes: Counter[str] = Counter()
    for module, group in groupby(chosen, key=lambda mutant: mutant.module):
        tests = touching(module)
        began = time.monotonic()
        if _tested(copy, tests, timeout=3600) != "survived":
            print(f"{module}: its tests fail unchanged: {' '.join(tests)}", flush=True)
            return 1
        patience = 20 + 3 * (time.monotonic() - began)
        for mutant in group:
            outcome = _outcome(copy, mutant, tests, patience)
            outcomes[outcome] += 1
            if outcome == "survived":
                print(f"survived  {mutant}", flush=True)
    found = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"{len(chosen)} changes: {found}.")
    return 0


def _outcome(copy: Path, mutant: Mutant, tests: list[str], patience: float) -> str:
    file = copy / _path(mutant.module)
    encoded = file.read_bytes()
    changed = encoded[: mutant.start] + mutant.after.encode() + encoded[mutant.end :]
    try:
        file.write_bytes(changed)
        return _tested(copy, tests, timeout=patience)
    finally:
        file.write_bytes(encoded)


def _tested(copy: Path, tests: list[str], *, timeout: float) -> str:
    """Say whether tests pass (survived), fail (killed) or hang (timed out)."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    # the same draws each time, and no changed byte code left behind
    environment = os.environ | {"CI": "1", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(copy.parent / "hypothesis")
    process = subprocess.Popen(
        [*command, *tests],
        cwd=copy,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return "killed" if process.wait(timeout) else "survived"
    except subprocess.TimeoutExpired:
        return "timed out"
    finally:
        process.kill()
        process.wait()


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """List the changes of a module, in order.

    Parameters
    ----------
    module : str
        Its name below the package.
    source : str
        Its text.

    Yields
    ------
    Mutant
        A change of one operator or constant.
    """
    starts = [0]
    for text in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(text))
    for node in _expressions(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        before = source.encode()[start:end].decode()
        for after in _changes(node):
            short = " ".join(before.split())
            yield Mutant(module, node.lineno, start, end, short, f"({ast.unparse(after)})")


def _expressions(tree: ast.AST) -> Iterator[ast.expr]:
    """Walk what is computed: no annotations, texts or messages of errors."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.JoinedStr | ast.Raise):
                continue
            if isinstance(child, ast.expr):
                yield child
            if isinstance(child, ast.AST):
                yield from _expressions(child)


def _changes(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            whole = isinstance(node.value, int) or not node.value
            yield ast.Constant(node.value + 1 if whole else node.value * 2)
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPPED:
        if not _is_text(node):
            yield ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)  # type: ignore[arg-type]
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(SWAPPED[type(node.op)](), node.values)  # type: ignore[arg-type]
    elif isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            if type(op) in SWAPPED:
                ops = [*node.ops[:place], SWAPPED[type(op)](), *node.ops[place + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)  # type: ignore[arg-type]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in sides
    )


def touching(module: str) -> list[str]:
    """Name the test files that touch a module: those that import it or call what rests on it.

    Parameters
    ----------
    module : str
        Its name below the package.

    Returns
    -------
    list of str
        The files, those that mention it most first.
    """
    names = _public_names(module)
    pattern = re.compile(
        rf"{PACKAGE}\.{re.escape(module)}\b"
        + (rf"|\bilr\.(?:{'|'.join(map(re.escape, names))})\b" if names else "")
    )
    tests = sorted((ROOT / "tests").rglob("test_*.py"))
    counts = {test: len(pattern.findall(test.read_text(encoding="utf-8"))) for test in tests}
    found = sorted((test for test in tests if counts[test]), key=lambda test: -counts[test])
    return [test.relative_to(ROOT).as_posix() for test in found]


def _public_names(module: str) -> list[str]:
    """Return the public names of a module, or of the nearest modules that rest on it."""
    exported: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(_source("__init__"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            home = node.module.removeprefix(f"{PACKAGE}.")
            exported.setdefault(home, set()).update(alias.name for alias in node.names)
    found: set[str] = set()
    level, seen = [module], {module}
    while level:
        found.update(*(exported.get(name, set()) for name in level))
        # a record is made by the functions of other modules
        inner = [
            re.escape(name)
            for name in level
            if not any(public.islower() for public in exported.get(name, ()))
        ]
        pattern = re.compile(rf"\b{PACKAGE}\.(?:{'|'.join(inner)})\b")
        level = [
            name
            for name in _modules()
            if inner and name not in seen and pattern.search(_source(name))
        ]
        seen.update(level)
    return sorted(found)


def _core() -> list[str]:
    return [name for name in _modules() if CORE.match(name)]


def _modules() -> list[str]:
    folder = ROOT / "src" / PACKAGE
    paths = sorted(folder.rglob("*.py"))
    return [".".join(path.relative_to(folder).with_suffix("").parts) for path in paths]


def _path(module: str) -> Path:
    return Path("src", PACKAGE, *module.split(".")).with_suffix(".py")


def _source(module: str) -> str:
    return (ROOT / _path(module)).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
