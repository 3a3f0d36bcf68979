"""Print the lowest version of each package that pyproject.toml allows, as pip constraints."""

import re
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


if __name__ == "__main__":
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    # matplotlib 3.9 calls names that later versions of pyparsing warn of
    print("\n".join([*lowest(tomllib.loads(text)), "pyparsing<3.2"]))
