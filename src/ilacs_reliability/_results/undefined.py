"""Why a number is undefined, and the one warning that it is, where the package was called."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import currentframe
from pathlib import Path
from types import FrameType

PACKAGE = str(Path(__file__).parents[1])


REASONS: Mapping[str, str] = {
    "no_variation": "every rating that enters is the same grade",
    "single_unit": "only one unit enters",
    "single_rater": "there is only one rater",
    "no_pairable_units": "no unit has two ratings",
    "no_complete_units": "no unit was rated by every rater",
    "full_credit": "chance alone would leave no disagreement",
    "no_order": "no rater tells any two units apart",
    "undefined_pair": "Cohen's kappa has no value for a pair of raters",
    "no_residual": "ratings are too few to tell units and raters from the rest",
    "own_raters": (
        "each rater rated one unit only, so that what raters differ by cannot be told from the "
        "residual"
    ),
    "nil_variance": "the variances that it compares do not add up to more than nothing",
    "no_common_grade": "the raters used no grade in common",
    "no_change": "no unit changed in what is compared",
    "balanced_clusters": "moves balance within every cluster",
    "no_room": "no unit had room to move that way",
    "one_way": "every unit moved, and all moves add up along one direction",
    "no_overlap": "the groups share no stratum",
    "no_contrast": "no stratum has grades that tell the groups apart",
    "single_cut": "only two grades are used, and the one cut between them has none to compare",
    "disconnected": "raters and units are not connected",
    "separation": "the groups are separated, so that no finite odds ratio fits best",
    "one_side": "no stratum has units on both sides of the cut",
    "not_identified": "such data cannot tell its parameters apart",
    "non_convergence": "the fit did not converge",
    "like_means": "units differ too little for the mean of their ratings to have a correlation",
    "single_cluster": "all units are in one cluster",
    "undefined_without_one": "it has no value once some rater, unit or cluster is left out",
    "infinite": "it is made of a number that is infinite",
    "unused_grade": "the grade was given to no unit with two ratings",
}
"""What each reason code of an undefined result means, in words that hold whatever the data."""


class UndefinedEstimateWarning(UserWarning):
    """The data leave a number undefined; the result is nan, with a reason."""


def warn_undefined(subject: str, why: str) -> None:
    """Warn, at the line that called the package, that a number is undefined.

    Parameters
    ----------
    subject : str
        What is undefined, as a sentence calls it.
    why : str
        The reason in words, such as one of `REASONS`.

    Warns
    -----
    UndefinedEstimateWarning
        Always.
    """
    message = f"{subject} is undefined: {why}."
    warnings.warn(message, UndefinedEstimateWarning, stacklevel=levels_out(currentframe()))


@contextmanager
def left_unsaid() -> Iterator[None]:
    """Find something on the way to a result that will itself say whether it is undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        yield


def levels_out(frame: FrameType | None) -> int:
    """Return the `stacklevel` by which `frame` names the caller outside the package.

    Parameters
    ----------
    frame : frame or None
        That of the function which warns; None where Python keeps none.

    Returns
    -------
    int
        1 for `frame` itself, 2 for its caller and so on.
    """
    level, outer = 1, frame and frame.f_back
    while outer is not None and outer.f_code.co_filename.startswith(PACKAGE):
        level, outer = level + 1, outer.f_back
    return level + 1
