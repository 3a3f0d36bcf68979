"""Each coefficient recomputed by an independent program that happens to be installed."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings, check_whole
from ilacs_reliability._data.scales import (
    FloatArray,
    IntArray,
    WeightKind,
    agreement_weights,
)
from ilacs_reliability._results.estimates import Estimate, reason_in_words
from ilacs_reliability._results.listing import Listing
from ilacs_reliability.agreement.alpha import krippendorff_alpha
from ilacs_reliability.agreement.coefficients import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from ilacs_reliability.agreement.formulas import patterns_of
from ilacs_reliability.agreement.generalise import generalise
from ilacs_reliability.agreement.spoken import (
    KNOWS_NO_COEFFICIENT,
    KNOWS_NO_MISSING,
    NO_NUMBER,
    PINS,
    undefined_here,
    what_was_recomputed,
)

Quantity: TypeAlias = Literal["value", "standard_error"]
# a coefficient of ours, its options as shown, the other program's number, and which number it is
Check: TypeAlias = tuple[Callable[[Ratings], Estimate], str, Callable[[], float], Quantity]

PROGRAMS = {
    "krippendorff": "krippendorff",
    "statsmodels": "statsmodels",
    "scikit-learn": "sklearn",
    "irrCAC": "irrCAC",
}
APART = {"irrCAC": PINS}
# other programs take one row a unit
MOST_UNITS = 1_000_000
TOLERANCE = 1e-8


def cross_check(ratings: RatingsLike) -> Listing:
    """Recompute coefficients with other programs and list the differences.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.

    Returns
    -------
    Listing
        A row a comparison: `coefficient`, `options`, `quantity` ("value" or "standard_error"),
        `program`, `version`, `ours`, `theirs` (None where the program refuses), `difference` and
        `outcome`: "agrees", "differs", "refused", "not comparable" (where the program would compute
        another thing, with the reason in `remark`) or "not installed". The sentence gives the
        largest difference.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the ratings are a batch or more than a million units: the others take one row a unit.

    See Also
    --------
    agreement_table : The library's own coefficients side by side.

    Notes
    -----
    The programs are imported when called, where they can be; none is needed by the library. irrCAC
    pins numpy and pandas and would replace those here: keep it in a virtual environment of its own
    and compare its figures with these. krippendorff recomputes
    alpha [1]_; statsmodels Cohen's and Fleiss' kappa; scikit-learn Cohen's; irrCAC percent
    agreement and all coefficients with every kind of weights, alpha with the nominal metric, and
    their standard errors: those of `generalise` with ``method="linearised"``, alpha's where no
    rating is missing. Where a program is known to answer another question, the row says so:
    statsmodels and scikit-learn know no missing ratings and weight by rank.

    References
    ----------
    .. [1] S. Castro, "Fast Krippendorff: fast computation of Krippendorff's alpha agreement
           measure" (2017), https://github.com/pln-fing-udelar/fast-krippendorff.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[40, 9], [6, 45]], scale=ilr.Scale(["no", "yes"]))
    >>> check = ilr.cross_check(table)
    >>> {row["outcome"] for row in check} <= {"agrees", "not installed", "not comparable"}
    True
    """
    taken = as_ratings(ratings)
    if taken.frequencies.ndim > 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    # with those that nobody rated, which take a row too
    n_rows = int(taken.sizes.units)
    if n_rows > MOST_UNITS:
        raise ValueError(
            f"`ratings` holds {n_rows} units; other programs take one row a unit, at most "
            f"{MOST_UNITS} here."
        )
    makers = {
        "krippendorff": _krippendorff,
        "statsmodels": _statsmodels,
        "scikit-learn": _sklearn,
        "irrCAC": _irrcac,
    }
    rows: list[dict[str, Any]] = []
    for program, make in makers.items():
        installed = _version(program)
        if not installed:
            rows.append(_blank(program, "", "", "", "not installed", APART.get(program, "")))
            continue
        try:
            checks = list(make(taken))
        except ImportError as error:
            rows.append(_blank(program, installed, "", "", "not installed", str(error)))
            continue
        if not checks:
            rows.append(_blank(program, installed, "", "", "not comparable", _why_none(taken)))
        rows += [_compare(taken, program, installed, check) for check in checks]
    return Listing("cross_check", tuple(rows), what_was_recomputed(rows), taken.notes)


def _version(program: str) -> str:
    try:
        import_module(PROGRAMS[program])
        return version(program)
    except Exception:  # a program at odds with this numpy can fail in any way when imported
        return ""


def _why_none(ratings: Ratings) -> str:
    if ratings.n_missing:
        return KNOWS_NO_MISSING
    return KNOWS_NO_COEFFICIENT


def _blank(
    program: str, installed: str, name: str, options: str, outcome: str, remark: str = ""
) -> dict[str, Any]:
    return {
        "coefficient": name,
        "options": options,
        "quantity": "",
        "program": program,
        "version": installed,
        "ours": None,
        "theirs": None,
        "difference": None,
        "outcome": outcome,
        "remark": remark,
    }


def _compare(ratings: Ratings, program: str, installed: str, check: Check) -> dict[str, Any]:
    ours, options, theirs, quantity = check
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimate = ours(ratings)
        row = _blank(program, installed, estimate.name, options, "agrees")
        row["ours"], row["quantity"] = float(getattr(estimate, quantity)), quantity
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                value = float(theirs())
        except Exception as error:  # any refusal of another program is an outcome, not a failure
            return row | {"outcome": "refused", "remark": f"{type(error).__name__}: {error}"[:200]}
    row["theirs"] = value
    if estimate.status == "undefined":
        same = np.isnan(value)
        remark = undefined_here(reason_in_words(estimate))
        return row | {"outcome": "agrees" if same else "differs", "remark": remark}
    if np.isnan(value) or np.isnan(row["ours"]):
        both = np.isnan(value) and np.isnan(row["ours"])
        return row | {"outcome": "agrees" if both else "differs", "remark": NO_NUMBER}
    row["difference"] = abs(value - row["ours"])
    if not row["difference"] <= TOLERANCE:
        row["outcome"] = "differs"
    return row


def _krippendorff(ratings: Ratings) -> Iterator[Check]:
    krippendorff = import_module("krippendorff")
    counts = _one_row_a_unit(ratings, ratings.counts)
    domain = list(ratings.scale.scores)
    metrics: tuple[Any, ...] = ("nominal", "ordinal", "interval", "ratio")
    for metric in metrics if ratings.scale.ordered else metrics[:1]:
        if metric == "ratio" and min(domain) < 0:
            continue
        call = partial(
            krippendorff.alpha,
            value_counts=counts,
            value_domain=domain,
            level_of_measurement=metric,
        )
        yield partial(krippendorff_alpha, metric=metric), f"metric={metric}", call, "value"


def _statsmodels(ratings: Ratings) -> Iterator[Check]:
    inter_rater = import_module("statsmodels.stats.inter_rater")
    if ratings.n_missing or len(set(ratings.table.totals[ratings.frequencies > 0].tolist())) > 1:
        return
    counts = _one_row_a_unit(ratings, ratings.counts)
    if ratings.n_raters > 1:
        randolph = partial(inter_rater.fleiss_kappa, counts, method="randolph")
        yield fleiss_kappa, "", partial(inter_rater.fleiss_kappa, counts), "value"
        yield brennan_prediger, "", randolph, "value"
    if ratings.n_raters == 2 and ratings.patterns is not None:
        table = _square(ratings)
        for kind, name in _kinds(ratings):
            call = partial(inter_rater.cohens_kappa, table, wt=name, return_results=False)
            yield partial(cohen_kappa, weights=kind), f"weights={kind}", call, "value"


def _sklearn(ratings: Ratings) -> Iterator[Check]:
    metrics = import_module("sklearn.metrics")
    if ratings.n_raters != 2 or ratings.patterns is None or ratings.n_missing:
        return
    first, second = patterns_of(ratings).T
    for kind, name in _kinds(ratings):
        call = partial(
            metrics.cohen_kappa_score,
            first,
            second,
            labels=list(range(len(ratings.scale))),
            weights=name,
            sample_weight=ratings.frequencies.astype(np.float64),
        )
        yield partial(cohen_kappa, weights=kind), f"weights={kind}", call, "value"


def _kinds(ratings: Ratings) -> Iterator[tuple[Any, str | None]]:
    """Yield the weights that statsmodels and scikit-learn share, which go by rank."""
    yield "identity", None
    steps = np.diff(ratings.scale.scores)
    if ratings.scale.ordered and len(steps) and np.allclose(steps, steps[0]):
        yield "linear", "linear"
        yield "quadratic", "quadratic"


def _irrcac(ratings: Ratings) -> Iterator[Check]:
    raw = import_module("irrCAC.raw")
    pandas = import_module("pandas")
    if ratings.patterns is None:
        return
    scores = np.array([*ratings.scale.scores, np.nan])
    frame = pandas.DataFrame(scores[_one_row_a_unit(ratings, patterns_of(ratings))])
    methods = {
        "gwet": gwet_ac,
        "fleiss": fleiss_kappa,
        "conger": conger_kappa,
        "bp": brennan_prediger,
    }
    categories = list(ratings.scale.scores)
    for kind in _irrcac_kinds(ratings):
        options = f"weights={kind}"
        make = partial(raw.CAC, frame, weights=kind, categories=categories, digits=12)
        for name, coefficient in methods.items():
            ours = partial(coefficient, weights=kind)
            theirs = cache(partial(_irrcac_estimate, make, name))
            yield ours, options, partial(_number, theirs, "coefficient_value"), "value"
            linearised = partial(generalise, ours, to="units", method="linearised")
            yield linearised, options, partial(_number, theirs, "se"), "standard_error"
        share = partial(_number, cache(partial(_irrcac_estimate, make, "bp")), "pa")
        yield partial(percent_agreement, weights=kind), options, share, "value"
    alpha = partial(raw.CAC, frame, weights="identity", categories=categories, digits=12)
    nominal = cache(partial(_irrcac_estimate, alpha, "krippendorff"))
    options = "metric=nominal"
    yield krippendorff_alpha, options, partial(_number, nominal, "coefficient_value"), "value"
    if not ratings.n_missing:
        yield krippendorff_alpha, options, partial(_number, nominal, "se"), "standard_error"


def _irrcac_kinds(ratings: Ratings) -> Iterator[WeightKind]:
    """Yield the kinds of weights that the scale allows."""
    kinds: tuple[WeightKind, ...] = get_args(WeightKind)
    for kind in kinds if ratings.scale.ordered else kinds[:1]:
        with contextlib.suppress(ValueError):
            agreement_weights(ratings.scale, kind)
            yield kind


def _irrcac_estimate(make: Callable[[], Any], name: str) -> Any:
    return getattr(make(), name)()["est"]


def _number(find: Callable[[], Any], key: str) -> float:
    return float(find()[key])


def _one_row_a_unit(ratings: Ratings, rows: Any) -> IntArray:
    check_whole(ratings, "ratings")
    repeated: IntArray = np.repeat(
        np.asarray(rows, dtype=np.int64), ratings.frequencies.astype(np.int64), axis=0
    )
    return repeated


def _square(ratings: Ratings) -> FloatArray:
    q = len(ratings.scale)
    table = np.zeros((q, q))
    np.add.at(table, tuple(patterns_of(ratings).T), ratings.frequencies)
    return table
