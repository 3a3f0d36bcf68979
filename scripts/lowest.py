"""Print the lowest version of each package that pyproject.toml allows, as pip constraints.

Usage: python scripts/lowest.py [--features]

With --features it prints what this processor has and NumPy can do without.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def lowest(project: dict) -> list[str]:
    """Return `name==version` for each package that the library and its tests ask for."""
    asked = [
        *project["project"]["dependencies"],
        *(name for extra in project["project"]["optional-dependencies"].values() for name in extra),
        *(name for name in project["dependency-groups"]["test"] if isinstance(name, str)),
    ]
    pairs = (re.fullmatch(r"([\w.-]+)>=([\w.]+)", requirement) for requirement in asked)
    return sorted({f"{pair[1]}=={pair[2]}" for pair in pairs if pair})


def features() -> list[str]:
    """Return the instructions that NumPy uses here where it is not told to leave them."""
    from numpy._core import _multiarray_umath as core

    return [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]


if __name__ == "__main__":
    if sys.argv[1:] == ["--features"]:
        print(*features())
        sys.exit()
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    # matplotlib 3.9 calls names that later versions of pyparsing warn of
    print("\n".join([*lowest(tomllib.loads(text)), "pyparsing<3.2"]))
