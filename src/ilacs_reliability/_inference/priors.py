"""A symmetric Dirichlet prior over every pattern of grades that there can be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_number, told
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import FROM_PATTERNS, Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.replicates import BootstrapResult
from ilacs_reliability._inference.said import dirichlet
from ilacs_reliability._results.wording import significant


def check_prior(prior: Any, method: str, ratings: Ratings, n_resamples: int) -> float:
    """Return how much the prior weighs on each pattern; raise where it cannot."""
    weight = check_number(prior, "prior")
    if weight < 0:
        raise ValueError(f"`prior` must be 0 or more, but got {told(prior)}.")
    if not weight:
        return weight
    if method != "bayesian":
        raise ValueError(f"`prior` is for method='bayesian', but `method` is {method!r}.")
    if ratings.patterns is None or ratings.clusters is not None:
        who = "anonymous raters" if ratings.patterns is None else "clusters"
        raise ValueError(f"`prior` is over patterns of known raters, but `ratings` has {who}.")
    n_patterns = float(len(ratings.scale)) ** ratings.n_raters
    if not affordable(n_patterns * n_resamples, nanoseconds=40.0, held=100.0 * n_patterns):
        raise ValueError(
            f"`prior` is over {significant(n_patterns)} patterns of {ratings.n_raters} raters and "
            f"{len(ratings.scale)} grades, which takes too long: choose raters by `select_raters`."
        )
    return weight


def with_every_pattern(
    ratings: Ratings, weight: float
) -> tuple[Ratings, FloatArray, tuple[str, ...]]:
    """Return the study over all patterns, what the prior adds to each, and what it is."""
    seen: Any = ratings.patterns
    q, m = len(ratings.scale), seen.shape[1]
    every = np.indices((q,) * m).reshape(m, -1).T
    table = np.concatenate([every, seen[(seen < 0).any(axis=1)]]).astype(seen.dtype)
    rows, place = np.unique(np.concatenate([table, seen]), axis=0, return_inverse=True)
    place = place.ravel()[len(table) :]
    frequencies = np.bincount(place, weights=ratings.frequencies, minlength=len(rows))
    extra = np.where((rows >= 0).all(axis=1), weight, 0.0)
    full = replace(
        ratings,
        patterns=rows,
        counts=FROM_PATTERNS,
        rows=rows,
        frequencies=frequencies.astype(np.int64),
        units=None,
    )
    return full, extra, (dirichlet(weight, len(every), ratings.frequencies.sum()),)


def of_posterior(result: BootstrapResult, stated: tuple[str, ...]) -> BootstrapResult:
    """Call a result's interval that of a posterior, and state the prior."""
    interval = result.confidence_interval
    named = replace(interval, method=interval.method.replace("bootstrap", "posterior"))
    return replace(result, confidence_interval=named, notes=(*result.notes, *stated))
