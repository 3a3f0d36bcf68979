"""Whether raters who did not all rate all units rank them alike at all."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilacs_reliability._data.ratings import Ratings, check_whole
from ilacs_reliability._inference.dealt import Deal
from ilacs_reliability._inference.null import ChiSquare, Null
from ilacs_reliability._inference.reorderings import draws_at_all
from ilacs_reliability.agreement.formulas import patterns_of
from ilacs_reliability.agreement.mid_ranks import MidRanks


def incomplete_test(
    ratings: Ratings, method: str, chance: tuple[int, Any]
) -> tuple[float, float, Null | None]:
    """Judge the sums of ranks where each rater deals ranks to the units rated at random.

    Parameters
    ----------
    ratings : Ratings
        One study by known raters.
    method : {"exact", "monte_carlo", "asymptotic"}
        How the p-value is found.
    chance : tuple
        Draws, and where random numbers come from.

    Returns
    -------
    statistic, df : float
        Skillings and Mack's, with the variances that tied ranks have.
    null : Null or None
        Its distribution; None where no rater tells two units apart.
    """
    ranks = MidRanks(ratings, ratings.frequencies.astype(np.float64)).by_rater
    given = patterns_of(ratings) >= 0
    times = ratings.frequencies * given.any(axis=1)
    kept = times > 0
    n_by = (times @ given).astype(np.float64)
    weighed = ranks * np.sqrt(12.0 / (n_by + 1.0))
    deal = Deal(weighed[kept], given[kept], times[kept].astype(np.float64))
    statistic = float(deal.statistic(weighed[kept].sum(axis=1)))
    if not deal.df > 0:
        return float("nan"), deal.df, None
    if method == "asymptotic" or not draws_at_all(ratings.n_raters, float(times.sum())):
        return statistic, deal.df, ChiSquare(deal.df)
    check_whole(ratings, "ratings")
    one_by_one = np.repeat(np.flatnonzero(kept), times[kept].astype(np.int64))
    apart = Deal(weighed[one_by_one], given[one_by_one], np.ones(len(one_by_one)))
    return statistic, deal.df, apart.null(method, *chance)
