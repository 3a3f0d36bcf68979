"""Limits that are dear to find, kept with the result that needs them again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ilacs_reliability.comparison.limits import Pair


@dataclass(frozen=True, slots=True, eq=False)
class KeptLimits:
    """A rule for limits that is asked once for each confidence level.

    Attributes
    ----------
    rule : callable
        Takes a confidence level and returns two limits that hang on nothing else.
    found : dict
        Limits by confidence level, as far as they have been asked for.

    Examples
    --------
    >>> from ilacs_reliability.comparison.kept import KeptLimits
    >>> asked = []
    >>> limits = KeptLimits(lambda level: asked.append(level) or (0.1, level))
    >>> limits(0.9), limits(0.9), asked
    ((0.1, 0.9), (0.1, 0.9), [0.9])
    """

    rule: Callable[[float], Pair]
    found: dict[float, Pair] = field(default_factory=dict)

    def __call__(self, confidence_level: float) -> Pair:
        """Return the limits at a level.

        Parameters
        ----------
        confidence_level : float
            Wanted coverage.

        Returns
        -------
        tuple of float
            Lower and upper limit.
        """
        if confidence_level not in self.found:
            self.found[confidence_level] = self.rule(confidence_level)
        return self.found[confidence_level]
