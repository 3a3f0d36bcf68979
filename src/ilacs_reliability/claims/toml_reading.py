"""Text that is TOML, or why it is none."""

from __future__ import annotations

import tomllib
from typing import Any


def read_toml(text: object, what: str) -> dict[str, Any]:
    """Return what a TOML text holds; raise where it is none."""
    if not isinstance(text, str):
        raise TypeError(f"`text` must be a string, but got {type(text).__name__}.")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(f"`text` is nested too deeply for a {what}.") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"`text` is not TOML: {error}.") from None
    except ValueError:
        raise ValueError("`text` holds a whole number of too many digits.") from None
