"""Bands that coefficients are read by, with how sure a reading is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import (
    check_between,
    check_mapping,
    check_number,
    check_option,
)
from ilacs_reliability._inference.thresholds import threshold_test
from ilacs_reliability._results.bearing import check_agreement
from ilacs_reliability._results.estimates import NO_ERROR, Estimate
from ilacs_reliability._results.records import Record, rows_table
from ilacs_reliability._results.wording import fixed
from ilacs_reliability.agreement.spoken import reading_by_bands
from ilacs_reliability.agreement.spoken_notes import INTERVAL_OF_BAND

BandScale: TypeAlias = Literal["landis_koch", "fleiss", "altman", "cicchetti"] | Mapping[str, float]
BenchmarkMethod: TypeAlias = Literal["interval", "normal"]
METHODS = ("interval", "normal")

# each band's name and where it begins; the first takes everything below the second
BANDS: dict[str, dict[str, float]] = {
    "landis_koch": {
        "poor": -1.0,
        "slight": 0.0,
        "fair": 0.2,
        "moderate": 0.4,
        "substantial": 0.6,
        "almost perfect": 0.8,
    },
    "fleiss": {"poor": -1.0, "intermediate to good": 0.4, "excellent": 0.75},
    "altman": {"poor": -1.0, "fair": 0.2, "moderate": 0.4, "good": 0.6, "very good": 0.8},
    "cicchetti": {"poor": -1.0, "fair": 0.4, "good": 0.6, "excellent": 0.75},
}


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Benchmark(Record):
    """How sure it is that a coefficient lies in a band, or in it or a better one.

    Attributes
    ----------
    estimate : Estimate
        The coefficient.
    scale : str
        Name of the bands, "custom" for your own.
    bands : tuple of str
        The bands, worst first.
    lower_limits : tuple of float
        Where each begins.
    probabilities : tuple of float
        Of lying in each band; nan where the coefficient is undefined.
    cumulative : tuple of float
        Of lying in that band or a better one.
    at_value : str
        The band that the value itself lies in; "" where it is undefined.
    band : str
        The best band whose cumulative probability reaches `certainty`; "" where undefined.
    certainty : float
        What the cumulative rule asks for, 0 to 1.
    method : str
        Where the probabilities come from, "interval" or "normal".

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[40, 9], [6, 45]], scale=ilr.Scale(["no", "yes"]))
    >>> reading = ilr.benchmark(ilr.cohen_kappa(table))
    >>> reading.at_value, reading.band
    ('substantial', 'moderate')
    """

    estimate: Estimate
    scale: str
    bands: tuple[str, ...]
    lower_limits: tuple[float, ...]
    probabilities: tuple[float, ...]
    cumulative: tuple[float, ...]
    at_value: str
    band: str
    certainty: float
    method: str

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a band, best first.

        Returns
        -------
        list of dict
            Band, its limits, its probability and the cumulative one.
        """
        ends = (*self.lower_limits[1:], 1.0)
        columns = (self.bands, self.lower_limits, ends, self.probabilities, self.cumulative)
        names = ("band", "low", "high", "probability", "cumulative")
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        return rows[::-1]

    def describe(self) -> str:
        """Say the reading in one sentence.

        Returns
        -------
        str
            A plain English sentence.
        """
        return reading_by_bands(
            self.estimate.label or self.estimate.name,
            self.estimate.value,
            at_value=self.at_value,
            band=self.band,
            sure=self.cumulative[self.bands.index(self.band)] if self.band else math.nan,
            certainty=self.certainty,
        )

    def __repr__(self) -> str:
        return (
            f"Benchmark({self.estimate.name} = {fixed(self.estimate.value, 4)}: "
            f"{self.band!r} or better, "
            f"{self.scale})"
        )

    def _repr_html_(self) -> str:
        return rows_table(self.rows(), ("band", "low", "high", "probability", "cumulative"))


def benchmark(
    estimate: Estimate,
    *,
    scale: BandScale = "landis_koch",
    certainty: float = 0.95,
    method: BenchmarkMethod = "interval",
) -> Benchmark:
    r"""Say which band a coefficient lies in, and how sure that is.

    Parameters
    ----------
    estimate : Estimate
        A coefficient of one study.
    scale : str or mapping of str to float, optional
        "landis_koch", "fleiss", "altman", "cicchetti", or your own bands: a name and where each
        begins, worst first. Default: "landis_koch".
    certainty : float, optional
        Cumulative probability that the chosen band must reach, between 0 and 1. Default: 0.95.
    method : {"interval", "normal"}, optional
        "interval" reads probabilities off the coefficient's own interval, at all levels; "normal"
        takes the coefficient as normal between -1 and 1, as Gwet does, and gives way to the
        interval where there is no standard error. Default: "interval".

    Returns
    -------
    Benchmark
        The probability of each band and the band that the cumulative rule chooses.

    Raises
    ------
    TypeError
        If `estimate` is not an `Estimate`.
    ValueError
        If `estimate` is no agreement, the scale or the method is unknown, your own bands do not
        rise, or `certainty` is not between 0 and 1.

    See Also
    --------
    threshold_test : One threshold of your own, declared beforehand.

    Notes
    -----
    The cumulative rule chooses the best band for which the probability of lying in it or a better
    one reaches 0.95 [1]_: a coefficient from few units is not read by its value alone. Bands are
    from [2]_, [3]_, [4]_ and [5]_. A probability here is a level of confidence: how far the
    interval can be widened before it passes the band's limit.

    References
    ----------
    .. [1] K. L. Gwet, "Handbook of Inter-Rater Reliability", 4th ed., Advanced Analytics (2014),
           chapter 6.
    .. [2] J. R. Landis and G. G. Koch, "The measurement of observer agreement for categorical
           data", Biometrics 33 (1977), 159-174.
    .. [3] J. L. Fleiss, "Statistical Methods for Rates and Proportions", 2nd ed., Wiley (1981),
           p. 218.
    .. [4] D. G. Altman, "Practical Statistics for Medical Research", Chapman and Hall (1991),
           p. 404.
    .. [5] D. V. Cicchetti and S. A. Sparrow, "Developing criteria for establishing interrater
           reliability of specific items", American Journal of Mental Deficiency 86 (1981), 127-137.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[40, 9], [6, 45]], scale=ilr.Scale(["no", "yes"]))
    >>> ilr.benchmark(ilr.cohen_kappa(table), scale={"too low": -1, "enough": 0.5}).band
    'enough'
    """
    check_option(method, METHODS, "method")
    certainty = check_between(certainty, "certainty", 0.0, 1.0)
    if not isinstance(estimate, Estimate):
        raise TypeError(f"`estimate` must be an Estimate, but got {type(estimate).__name__}.")
    if np.ndim(estimate.value):
        raise ValueError(
            f"`estimate` must be of one study, but got a batch of shape {np.shape(estimate.value)}."
        )
    check_agreement(estimate, "estimate")
    bands = bands_of(scale)
    names, lower = tuple(bands), tuple(bands.values())
    defined = estimate.status == "ok"
    flat = defined and method == "normal" and not estimate.standard_error > NO_ERROR
    cumulative = (
        _cumulative(estimate, lower, "interval" if flat else method)
        if defined
        else (math.nan,) * len(lower)
    )
    reached = [name for name, sure in zip(names, cumulative, strict=True) if sure >= certainty]
    return Benchmark(
        estimate=estimate,
        scale=scale if isinstance(scale, str) else "custom",
        bands=names,
        lower_limits=lower,
        probabilities=tuple(
            float(here - above)
            for here, above in zip(cumulative, (*cumulative[1:], 0.0), strict=True)
        ),
        cumulative=cumulative,
        at_value=band_at(bands, estimate.value) if defined else "",
        band=reached[-1] if reached else "",
        certainty=certainty,
        method=INTERVAL_OF_BAND if flat else method,
    )


def bands_of(scale: BandScale, name: str = "scale") -> dict[str, float]:
    """Return bands by name, checked.

    Parameters
    ----------
    scale : str or mapping of str to float
        As in `benchmark`.
    name : str, optional
        What to call the argument in an error.

    Returns
    -------
    dict of str to float
        Where each band begins, worst first.

    Raises
    ------
    TypeError
        If it is neither a name nor a mapping to numbers.
    ValueError
        If the name is unknown or the limits do not rise.
    """
    if isinstance(scale, str):
        check_option(scale, tuple(BANDS), name)
        return BANDS[scale]
    check_mapping(scale, name, of="bands to where they begin")
    for band, low in scale.items():
        check_number(low, f"{name}[{band!r}]")
    bands = {str(band): float(low) for band, low in scale.items()}
    limits = list(bands.values())
    if not limits:
        raise ValueError(f"`{name}` must hold at least one band, but is empty.")
    for place, (below, above) in enumerate(zip(limits, limits[1:], strict=False)):
        if not below < above:
            raise ValueError(
                f"`{name}` must hold rising limits, worst band first, but got {above:g} after "
                f"{below:g} at {place + 1}."
            )
    return bands


def band_at(bands: Mapping[str, float], value: float) -> str:
    """Return the band that a value lies in.

    Parameters
    ----------
    bands : mapping of str to float
        Where each band begins, worst first.
    value : float
        A coefficient.

    Returns
    -------
    str
        The band; the worst for anything below the second, "" for nan.
    """
    if math.isnan(value):
        return ""
    names = list(bands)
    return [names[0], *(name for name in names[1:] if value >= bands[name])][-1]


def _cumulative(estimate: Estimate, lower: tuple[float, ...], method: str) -> tuple[float, ...]:
    if method == "normal":
        above = [_normal_above(estimate, limit) for limit in lower[1:]]
    else:
        above = [1.0 - float(threshold_test(estimate, limit).p_value) for limit in lower[1:]]
    # rounding of the search must not make a better band likelier than a worse one
    return (1.0, *np.minimum.accumulate(above).tolist()) if above else (1.0,)


def _normal_above(estimate: Estimate, limit: float) -> float:
    """Return the chance of exceeding a limit, for a normal cut off at -1 and 1."""
    error = estimate.standard_error
    below_one, below_limit, below_low = (
        float(special.ndtr((bound - estimate.value) / error)) for bound in (1.0, limit, -1.0)
    )
    inside = below_one - below_low
    # all of it may lie below -1, where the mean of unlike ratings can
    return (below_one - below_limit) / inside if inside > 0 else float(estimate.value >= limit)
