"""How much work a method may take: known before it starts, so that it can give way."""

from __future__ import annotations

SECONDS = 5.0
MEMORY = 2**30


def affordable(steps: float, *, nanoseconds: float, held: float = 0.0) -> bool:
    """Say whether work fits in about five seconds and one gibibyte.

    Parameters
    ----------
    steps : float
        Steps that the work takes, such as cells looked at.
    nanoseconds : float
        Time of one step, measured on an ordinary machine.
    held : float, optional
        Bytes in memory at the same time. Default: none to speak of.

    Returns
    -------
    bool
        Whether to start; where not, the method gives way to another and says so.

    Examples
    --------
    >>> from ilacs_reliability._checks.work import affordable
    >>> affordable(1e8, nanoseconds=2.0), affordable(1e8, nanoseconds=2.0, held=8e10)
    (True, False)
    """
    return steps * nanoseconds * 1e-9 <= SECONDS and held <= MEMORY
