"""Write the types of the public names from the list of where each is defined.

Usage: python scripts/front_door.py            # writes __init__.pyi anew from HOMES in __init__.py
       python scripts/front_door.py --check    # says whether it is as it would be written
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import ilacs_reliability as ilr

FILE = Path(ilr.__file__).with_suffix(".pyi")
HEAD = '"""The public names and their types: scripts/front_door.py makes them of `HOMES`."""'


def stub(homes: Mapping[str, str]) -> str:
    """Return the text of a stub that imports each name from its home.

    Parameters
    ----------
    homes : mapping of str to str
        The names that each module defines, between spaces.

    Returns
    -------
    str
        The stub, modules and names in order.
    """
    imports = "".join(
        f"from ilacs_reliability.{module} import (\n"
        + "".join(f"    {name} as {name},\n" for name in sorted(names.split()))
        + ")\n"
        for module, names in sorted(homes.items())
    )
    return f"{HEAD}\n\n{imports}\n__version__: str\n__all__: list[str]\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the stub, or say whether it is as it would be written.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; default that of the process.

    Returns
    -------
    int
        Exit status: 0 unless a check found another text.
    """
    parser = argparse.ArgumentParser(description="Write the types of the public names.")
    parser.add_argument("--check", action="store_true", help="say whether the file is up to date")
    text = stub(ilr.HOMES)
    if not parser.parse_args(arguments).check:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{FILE.name} differs from HOMES: run python scripts/front_door.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
