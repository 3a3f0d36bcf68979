"""Where the units of each grade ended."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from ilacs_reliability._data.tables import TransitionsLike
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.ingredients import Title
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability.shift.moves import as_pairs, share_estimate
from ilacs_reliability.shift.sentences import share_going
from ilacs_reliability.shift.testing import check_estimates


def transition_shares(table: TransitionsLike) -> Estimates:
    """Estimate what share of the units at each grade before stood at each grade after.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.

    Returns
    -------
    Estimates
        By (grade before, grade after): the shares, 0 to 1, of each grade that any unit held before;
        those of one such grade sum to one. Intervals "clopper_pearson", "midp", "wilson",
        "jeffreys", "t" and "wald", each for one share alone, and "simultaneous" for all that are
        returned; where ratings carry clusters "korn_graubard", "t", "wald" and "simultaneous".

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, or
        there are too many grades for memory.

    See Also
    --------
    net_shift : How many improved, stayed and declined, and what room they had.
    marginal_shift_by_grade : How the share of each grade changed.

    Notes
    -----
    Given how many units held a grade before, those that reach another are binomial, and their
    limits exact [1]_. The "simultaneous" ones share the error out evenly by Bonferroni over all
    shares returned, so that they hold at once at the level or more.

    References
    ----------
    .. [1] C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in
           the case of the binomial", Biometrika 26 (1934), 404-413.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
    >>> shares = ilr.transition_shares(ilr.transitions_from_table(table, scale=ilr.OFSTED_SCALE))
    >>> shares["requires improvement", "good"]
    Estimate(transition_shares = 0.5000, n_units=22, 95% clopper_pearson 0.2822 to 0.7178)
    """
    pairs = as_pairs(table, by_order=False)
    labels = pairs.scale.labels
    held = [grade for grade in range(pairs.n_grades) if pairs.count(pairs.before == grade)]
    check_estimates(pairs, len(held) * pairs.n_grades, "net_shift")
    shares: dict[Hashable, Estimate] = {
        (labels[grade], labels[end]): share_estimate(
            pairs,
            np.asarray(pairs.after == end),
            np.asarray(pairs.before == grade),
            Title(name="transition_shares", label=share_going(labels[grade], labels[end])),
            simultaneous=len(held) * pairs.n_grades,
        )
        for grade in held
        for end in range(pairs.n_grades)
    }
    return Estimates("transition_shares", "move", shares)
