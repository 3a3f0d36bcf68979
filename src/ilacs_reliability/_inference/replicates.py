"""Records of what resampling a coefficient gives."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.said import left_none_out, left_one_out, resampled
from ilacs_reliability._results.estimates import Estimate, Interval
from ilacs_reliability._results.keyed import Keyed
from ilacs_reliability._results.records import Record, html_table, plain
from ilacs_reliability._results.undefined import UndefinedEstimateWarning
from ilacs_reliability._results.wording import counted, fixed, significant


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class BootstrapResult(Record):
    """A bootstrap interval and what it was read from.

    Attributes
    ----------
    estimate : Estimate
        The coefficient on the ratings themselves.
    confidence_interval : Interval
        The interval; nan where it cannot be found.
    standard_error : float
        Standard deviation of the replicates that are defined.
    replicates : ndarray of float, shape (n_resamples,)
        The coefficient in each replicate; nan where it is undefined.
    n_undefined : int
        Replicates in which the coefficient is undefined, which the interval leaves out.
    notes : tuple of str
        What a reader must know about this interval.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = [[1, 1], [2, 2], [1, 2], [2, 2], [1, 1], [2, 1], [2, 2], [1, 1]]
    >>> ilr.bootstrap(ilr.gwet_ac, ratings, rng=1).n_undefined
    0
    """

    estimate: Estimate
    confidence_interval: Interval
    standard_error: float
    replicates: FloatArray
    n_undefined: int
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as a flat row of plain Python values.

        Returns
        -------
        dict
            The coefficient's name and value, the interval and how it was found.
        """
        interval = self.confidence_interval
        row = {
            "name": self.estimate.name,
            "value": self.estimate.value,
            "standard_error": self.standard_error,
            "low": interval.low,
            "high": interval.high,
            "confidence_level": interval.confidence_level,
            "method": interval.method,
            "n_resamples": len(self.replicates),
            "n_undefined": self.n_undefined,
            "notes": list(self.notes),
        }
        return {key: plain(value) for key, value in row.items()}

    def describe(self) -> str:
        """Say the coefficient, its interval and what it was read from, with the notes.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> table = ilr.ratings_from_table([[40, 9], [6, 45]], scale=ilr.Scale(["no", "yes"]))
        >>> print(ilr.bootstrap(ilr.gwet_ac, table, n_resamples=99, rng=1).describe())
        Gwet's AC is 0.701 (95% interval ... to ..., bca bootstrap), from 99 resamples of 100 units.
        """
        if self.estimate.status == "undefined":
            return self.estimate.describe()
        label, interval = self.estimate.label or self.estimate.name, self.confidence_interval
        text = resampled(
            label,
            (self.estimate.value, interval.low, interval.high),
            confidence_level=interval.confidence_level,
            method=interval.method,
            n_resamples=len(self.replicates),
            n_units=self.estimate.n_units,
        )
        return " ".join((text, *self.notes))

    def __repr__(self) -> str:
        return (
            f"BootstrapResult({self.estimate.name} = {fixed(self.estimate.value, 4)}, "
            f"{self.confidence_interval!r}, {counted(len(self.replicates), 'resample')})"
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_dict())


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class JackknifeResult(Record):
    """What leaving out one unit (or one cluster) at a time does.

    Attributes
    ----------
    value : float
        The coefficient on the ratings themselves.
    estimate_source : Estimate or Keyed
        Where `estimate` comes from: of a coefficient of the package, how to make it.
    replicates : ndarray of float, shape (n_patterns,) or (n_clusters,)
        The coefficient without one unit of each pattern, or without each cluster; nan where it is
        then undefined.
    frequencies : ndarray, same shape
        How many units (or clusters: 1) each replicate stands for.
    standard_error : float
        The jackknife standard error; nan where a replicate is undefined.
    bias : float
        The jackknife estimate of bias; nan where a replicate is undefined.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = [[1, 1], [2, 2], [1, 2], [2, 2], [1, 1], [2, 1], [2, 2], [1, 1]]
    >>> round(ilr.jackknife(ilr.percent_agreement, ratings).standard_error, 4)
    0.1637
    """

    value: float
    estimate_source: Estimate | Keyed
    replicates: FloatArray
    frequencies: npt.NDArray[Any]
    standard_error: float
    bias: float

    @property
    def estimate(self) -> Estimate:
        """The coefficient on the ratings themselves, with its influence."""
        if isinstance(self.estimate_source, Estimate):
            return self.estimate_source
        with warnings.catch_warnings():
            # said once, when the jackknife was made
            warnings.simplefilter("ignore", UndefinedEstimateWarning)
            made: Estimate = self.estimate_source()
            return made

    def to_dict(self) -> dict[str, Any]:
        """Return the result as a flat row of plain Python values.

        Returns
        -------
        dict
            The coefficient's name and value, the standard error and the bias.
        """
        estimate = self.estimate
        row = {
            "name": estimate.name,
            "value": self.value,
            "standard_error": self.standard_error,
            "bias": self.bias,
            "n_left_out": int(self.frequencies.sum()),
            "notes": list(estimate.notes),
        }
        return {key: plain(value) for key, value in row.items()}

    def describe(self) -> str:
        """Say the coefficient, its standard error and its bias, with the notes.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> table = ilr.ratings_from_table([[40, 9], [6, 45]], scale=ilr.Scale(["no", "yes"]))
        >>> print(ilr.jackknife(ilr.percent_agreement, table).describe())
        Percent agreement is 0.850 with jackknife standard error 0.0359 and bias ..., from leaving
        out each of 100 units.
        """
        estimate = self.estimate
        if estimate.status == "undefined":
            return estimate.describe()
        label, n = estimate.label or estimate.name, int(self.frequencies.sum())
        each = counted(n, "unit" if estimate.clusters is None else "cluster")
        if math.isnan(self.standard_error):
            undefined = self.replicates != self.replicates
            lost = int(self.frequencies[undefined].sum())
            text = left_none_out(label, estimate.value, lost=lost, each=each)
        else:
            error, bias = self.standard_error, self.bias
            text = left_one_out(label, estimate.value, error=error, bias=bias, each=each)
        return " ".join((text, *estimate.notes))

    def __repr__(self) -> str:
        return (
            f"JackknifeResult({self.estimate.name} = {fixed(self.value, 4)}, "
            f"standard_error={fixed(self.standard_error, 4)}, bias={significant(self.bias, 2)})"
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_dict())
