"""Several areas graded in each unit: a profile of grades, and credit between profiles."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_mapping, naming, told
from ilacs_reliability._checks.names import (
    Names,
    by_label,
    numbered,
    own_columns,
    row_names,
    shown,
    unit_names,
)
from ilacs_reliability._data.ratings import Ratings, ratings_from_codes
from ilacs_reliability._data.scales import FloatArray, Scale, Weights, agreement_weights


def ratings_from_areas(
    areas: Mapping[Hashable, npt.ArrayLike],
    *,
    scale: Scale,
    raters: Sequence[Hashable] | None = None,
    units: Sequence[Hashable] | None = None,
    clusters: npt.ArrayLike | None = None,
) -> Ratings:
    """Build ratings whose grades are profiles: one grade in each of several areas.

    Parameters
    ----------
    areas : mapping of hashable to array_like of labels, shape (n_units, n_raters)
        The same units by the same raters in each area, such as leadership and safety; dataframes
        have the same columns, and named rows, in the same order.
    scale : Scale
        The grades of every area, worst first.
    raters : sequence of hashable, optional
        Names of the columns. Default: those of dataframes; of arrays none.
    units : sequence of hashable, optional
        Names of the rows. Default: those of dataframes that are text; else none.
    clusters : array_like, shape (n_units,), optional
        What each row belongs to, where units of a kind move together. Default: nothing.

    Returns
    -------
    Ratings
        On an unordered scale of the profiles seen, tuples of labels in the order of the areas. A
        rating that lacks an area is missing.

    Raises
    ------
    TypeError
        If `areas` is no mapping, or `scale` no `Scale`.
    ValueError
        If there is no area, areas are of other shapes or name their rows or columns otherwise, or
        a label is not on the scale.

    See Also
    --------
    profile_weights : Credit for the areas in which two profiles are alike.
    adjust_p_values : Tests of each area by itself, adjusted for how many there are.

    Notes
    -----
    With exact agreement two raters agree on a unit only where they agree in every area; with
    `profile_weights` they earn the share of areas in which they do. `conger_kappa` with these is
    iota of nominal data [1]_.

    References
    ----------
    .. [1] H. Janson and U. Olsson, "A measure of agreement for interval or nominal multivariate
           observations", Educational and Psychological Measurement 61 (2001), 277-289.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> scale = ilr.Scale(["poor", "good"])
    >>> areas = {
    ...     "leadership": [["good", "good"], ["poor", "good"], ["poor", "poor"]],
    ...     "safety": [["good", "good"], ["poor", "poor"], ["good", "poor"]],
    ... }
    >>> profiles = ilr.ratings_from_areas(areas, scale=scale)
    >>> round(ilr.percent_agreement(profiles).value, 4)
    0.3333
    >>> weights = ilr.profile_weights(profiles.scale)
    >>> round(ilr.percent_agreement(profiles, weights=weights).value, 4)
    0.6667
    """
    check_mapping(areas, "areas", of="areas to labels, units by raters")
    if not isinstance(scale, Scale):
        raise TypeError(f"`scale` must be a Scale, but got {type(scale).__name__}.")
    if not areas:
        raise ValueError("`areas` must hold an area or more, but is empty.")
    read = [_codes(labels, scale, area) for area, labels in areas.items()]
    shapes = {codes.shape for codes in read}
    if len(shapes) > 1:
        raise ValueError(
            f"`areas` must be of the same units by the same raters, but have shapes "
            f"{', '.join(map(str, sorted(shapes)))}."
        )
    raters = _matched(
        raters,
        _alike(areas, partial(own_columns, name="areas"), "columns"),
        "raters",
        "columns of `areas`",
    )
    rows = _alike(areas, _rows, "rows")
    own = _alike(areas, unit_names, "rows")
    if clusters is not None:
        clusters = by_label(clusters, rows, name="clusters", of="rows of `areas`")
    units = _matched(units, own, "units", "rows of `areas`")
    stacked = np.stack(read, axis=-1)
    given = (stacked >= 0).all(axis=-1)
    if not given.any():
        raise ValueError("`areas` hold no rating with a grade in every area.")
    profiles, place = np.unique(stacked[given], axis=0, return_inverse=True)
    codes = np.full(given.shape, -1, dtype=np.int64)
    codes[given] = place.ravel()
    labels = [tuple(scale.labels[code] for code in profile) for profile in profiles.tolist()]
    profiled = Scale(labels, ordered=False)
    with naming("areas", instead="codes"):
        return ratings_from_codes(
            codes, scale=profiled, raters=raters, units=units, clusters=clusters
        )


def profile_weights(
    scale: Scale, *, kind: Weights = "identity", area_scale: Scale | None = None
) -> FloatArray:
    """Return the credit that two profiles earn: the average over their areas.

    Parameters
    ----------
    scale : Scale
        A scale whose grades are tuples of the same length, as of `ratings_from_areas`.
    kind : str or array_like of float, optional
        Credit between two grades of an area, as of `agreement_weights`. Default: exact agreement.
    area_scale : Scale, optional
        The grades of an area; needed unless only exact agreement counts.

    Returns
    -------
    ndarray of float, shape (n_grades, n_grades)
        Credit between 0 and 1, 1 on the diagonal, for any ``weights=``.

    Raises
    ------
    TypeError
        If a scale is no `Scale`, or one of the grades is no tuple.
    ValueError
        If profiles are of unlike lengths, the kind is unknown or needs the scale of the areas, or a
        grade is not on that.

    See Also
    --------
    ratings_from_areas : Ratings on such a scale.
    set_weights : Credit between sets of labels.

    References
    ----------
    .. [1] H. Janson and U. Olsson, "A measure of agreement for interval or nominal multivariate
           observations", Educational and Psychological Measurement 61 (2001), 277-289.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> profiles = ilr.Scale([("poor", "good"), ("fair", "good")], ordered=False)
    >>> ilr.profile_weights(profiles).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    >>> area = ilr.Scale(["poor", "fair", "good"])
    >>> ilr.profile_weights(profiles, kind="linear", area_scale=area).tolist()
    [[1.0, 0.75], [0.75, 1.0]]
    """
    if not isinstance(scale, Scale):
        raise TypeError(f"`scale` must be a Scale, but got {type(scale).__name__}.")
    for place, label in enumerate(scale.labels):
        if not isinstance(label, tuple):
            raise TypeError(
                f"`scale` must have tuples as grades, but got {told(label)} at place {place}."
            )
    profiles: Any = scale.labels
    lengths = sorted({len(profile) for profile in profiles})
    if len(lengths) > 1 or not lengths[0]:
        raise ValueError(f"`scale` must have profiles of one length, but got {lengths}.")
    if area_scale is None:
        if not (isinstance(kind, str) and kind == "identity"):
            raise ValueError(f"`area_scale` is needed for `kind` {told(kind)}: it orders grades.")
        used = list(dict.fromkeys(x for profile in profiles for x in profile))
        area_scale = Scale(used, ordered=False)
    elif not isinstance(area_scale, Scale):
        raise TypeError(f"`area_scale` must be a Scale, but got {type(area_scale).__name__}.")
    with naming("kind", instead="weights"):
        credit = agreement_weights(area_scale, kind)
    with naming("scale", instead="label"):
        codes = np.array([[area_scale.code(label) for label in profile] for profile in profiles])
    average: FloatArray = credit[codes[:, None, :], codes[None, :, :]].mean(axis=-1)
    return average


def _codes(labels: npt.ArrayLike, scale: Scale, area: Hashable) -> npt.NDArray[np.int8]:
    codes = scale.encode(labels, name="areas")
    if codes.ndim != 2:
        raise ValueError(
            f"`areas` must hold labels of units by raters, but {told(area)} has shape "
            f"{codes.shape}."
        )
    return codes


def _rows(labels: object) -> Names:
    names = row_names(labels)
    return None if names is None or numbered(names) else names


def _alike(
    areas: Mapping[Hashable, object], names_of: Callable[[object], Names], what: str
) -> Names:
    """Return what the areas call their rows or columns, which all that name them do alike."""
    named = {area: names for area, labels in areas.items() if (names := names_of(labels))}
    first = next(iter(named), None)
    for area, names in named.items():
        if names != named[first]:
            raise ValueError(
                f"`areas` must name the same {what} in the same order, but {told(first)} has "
                f"{shown(named[first])} and {told(area)} {shown(names)}."
            )
    return named.get(first)


def _matched(values: Any, own: Names, name: str, of: str) -> Any:
    """Return names that are given, which those of dataframes must not contradict, or these."""
    if values is None:
        return own
    if isinstance(values, Mapping) or row_names(values) is not None:
        return by_label(values, own, name=name, of=of)
    if own is not None and isinstance(values, (list, tuple)) and tuple(values) != own:
        raise ValueError(
            f"`{name}` are {shown(values)}, but the {of} are {shown(own)}: give the same, or a "
            "mapping from these to others."
        )
    return values
