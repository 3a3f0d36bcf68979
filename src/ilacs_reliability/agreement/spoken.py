"""What tables of coefficients and readings of one come to, each from the rows of numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from ilacs_reliability._results.estimates import NO_ERROR, Estimate, reason_in_words
from ilacs_reliability._results.wording import (
    counted,
    fixed,
    level,
    listed,
    percent,
    sentence_start,
    significant,
    whole,
)

# what other programs cannot do
PINS = (
    "It pins numpy and pandas, and would replace those that this library runs on: keep it in a "
    "virtual environment of its own and compare its figures with these."
)
NO_NUMBER = "No number."
KNOWS_NO_MISSING = "It knows no missing ratings."
KNOWS_NO_COEFFICIENT = "It has no coefficient for these raters."


def reading_of_choices(
    rows: list[dict[str, Any]], bands: list[str], of_scores: Collection[str]
) -> str:
    """Say what a table of coefficients comes to, and whether that depends on the choice."""
    read = [row for row in rows if row["band"]]
    if not read:
        reasons = dict.fromkeys(row["why"] for row in rows if row["why"])
        why = f" ({'; '.join(reasons)})" if reasons else ""
        return f"No coefficient that has bands is defined{why}."
    lowest, highest = (pick(read, key=_value) for pick in (min, max))
    alike = highest["value"] - lowest["value"] <= NO_ERROR
    places = [bands.index(row["band"]) for row in read]
    worst, best = bands[min(places)], bands[max(places)]
    answers = [row["above_threshold"] for row in read]
    if alike:
        text = f"By {_kinds_read(read, of_scores)} the value is {fixed(lowest['value'])}"
    else:
        ends = f"from {_choice(lowest)} to {_choice(highest)}"
        text = f"Over {_kinds_read(read, of_scores)} the value runs {ends}"
    depends = worst != best
    if set(answers) == {None}:
        text += ", and the band that is surely reached "
        text += f"runs from {worst!r} to {best!r}" if depends else f"is {worst!r} throughout"
    else:
        above, below, open_ = (answers.count(answer) for answer in ("yes", "no", "open"))
        text += f"; {above} intervals lie above the threshold, {below} below it, {open_} hold it"
        depends = len(set(answers)) > 1
    if depends and alike:
        return f"{text}: how sure one can be depends on the choice, the value does not."
    verb = "depends" if depends else "does not depend"
    return f"{text}: the reading {verb} on the choice."


def _kinds_read(read: list[dict[str, Any]], of_scores: Collection[str]) -> str:
    """Say how many choices were read, by kind: a correlation does not correct for chance."""
    others = sum(row["coefficient"] in of_scores for row in read)
    corrected = counted(len(read) - others, "chance-corrected choice")
    if not others:
        return corrected
    scores = f"{counted(others, 'correlation')} of scores"
    return scores if others == len(read) else f"{corrected} and {scores}"


def _value(row: dict[str, Any]) -> float:
    return float(row["value"])


def _choice(row: dict[str, Any]) -> str:
    return f"{fixed(row['value'])} ({row['coefficient']}, {row['weights']})"


def what_moves_most(rows: list[dict[str, Any]], base: Estimate, thing: str) -> str:
    """Say which unit or rater moves a coefficient most."""
    label = base.label or base.name
    top = next((row for row in rows if row["change"] is not None), None)
    if base.status == "undefined":
        return f"No {thing} can be left out of {label}: {reason_in_words(base)}."
    if top is None:
        return f"No {thing} can be left out of {label}: it is undefined without any one of them."
    lost = [_name_of(row, thing) for row in rows if row["change"] is None]
    other = "other " if lost else ""
    ending = f" It is undefined without {thing} {listed(lost)}." if lost else ""
    if abs(top["change"]) <= NO_ERROR:
        stays = f"it stays {fixed(base.value)} whichever is left out"
        return f"No {other}{thing} moves {label}: {stays}.{ending}"
    if round(base.value, 3) == round(top["without"], 3):
        moved = f"by {significant(top['change'], 2)}, from {fixed(base.value)}"
    else:
        moved = f"from {fixed(base.value)} to {fixed(top['without'])}"
    name = _name_of(top, thing)
    return f"Leaving out one {other}{thing} ({name}) moves {label} most, {moved}.{ending}"


def _name_of(row: dict[str, Any], thing: str) -> Any:
    grades = row.get("grades", ())
    written = ", ".join("none" if one is None else str(one) for one in grades)
    return row.get(thing, f"graded {written}")


def raters_that_would_do(
    needed: int | None,
    limits: tuple[int | None, int | None],
    *,
    reliability: float,
    decision: str,
    confidence_level: float,
) -> str:
    """Say how many raters a reliability takes, with limits; None where no number of them does."""
    interval = _interval_of_raters(limits, level(confidence_level))
    if needed is None:
        return f"No number of raters would do: units do not differ beyond error ({interval})."
    raters = "A single rater" if needed == 1 else f"The mean of {whole(needed)} raters"
    article = "an" if decision == "absolute" else "a"
    return f"{raters} would reach {article} {decision} reliability of {reliability:g} ({interval})."


def _interval_of_raters(limits: tuple[int | None, int | None], wanted: str) -> str:
    most, least = limits
    if most is None and (least is None or least == 1):
        return f"at {wanted} confidence the data do not bound the number of raters"
    if most is None:
        return f"{wanted} interval {counted(least, 'rater')} or more, without an upper bound"
    number = counted(most, "rater") if least == most else f"{whole(least)} to {whole(most)} raters"
    return f"{wanted} interval {number}"


def reading_by_bands(
    label: str,
    value: float,
    *,
    at_value: str,
    band: str,
    sure: float,
    certainty: float,
) -> str:
    """Say in which band a coefficient lies, and which it surely reaches."""
    start = sentence_start(label)
    if not band:
        return f"{start} is undefined, so it lies in no band."
    return (
        f"{start} of {fixed(value)} lies in the band {at_value!r}; with "
        f"{level(certainty)} certainty it is {band!r} or better ({percent(sure)}). "
        "Bands are conventions: they do not say what agreement a use needs."
    )


def basis_of_components(n_ratings: float, n_units: float, n_raters: int, by: str) -> str:
    """Say what variance components rest on; `by` says by whom, where that is known."""
    whom = by or f"by {counted(n_raters, 'rater')}"
    return f"{counted(n_ratings, 'rating')} of {counted(n_units, 'unit')} {whom}"


def shares_of_variance(shares: Iterable[tuple[str, float]], basis: str) -> str:
    """Say how the variance of a score divides among its sources."""
    parts = [f"{percent(share, 0)} {source}" for source, share in shares]
    return f"The variance of a score is {', '.join(parts)}, from {basis}."


def no_shares_of_variance(why: str, basis: str) -> str:
    """Say why the variance of a score cannot be divided."""
    return f"Variance components are undefined ({why}), from {basis}."


def undefined_here(why: str) -> str:
    """Say that another program's number has none of ours beside it."""
    return f"Undefined here: {why}."


def what_was_recomputed(rows: list[dict[str, Any]]) -> str:
    """Say how other programs' numbers compare."""
    compared = [row for row in rows if row["difference"] is not None]
    alone = [row for row in rows if row["difference"] is None and row["outcome"] == "differs"]
    more = (
        f" {len(alone)} more have a number in one program and none in the other." if alone else ""
    )
    if not compared and alone:
        programs = ", ".join(sorted({row["program"] for row in alone}))
        return (
            f"Nothing could be compared: {counted(len(alone), 'value')} by {programs} or here "
            "without a number on the other side."
        )
    if not compared:
        return "No other program could recompute anything."
    largest = max(compared, key=_difference)
    programs = ", ".join(sorted({row["program"] for row in compared}))
    differing = sum(row["outcome"] == "differs" for row in compared)
    found = "none differs" if not differing else f"{differing} differ"
    return (
        f"{counted(len(compared), 'value')} recomputed by {programs}: {found}; the largest "
        f"difference is {significant(largest['difference'], 2)} ({largest['coefficient']}, "
        f"{largest['program']}).{more}"
    )


def _difference(row: dict[str, Any]) -> float:
    return float(row["difference"])
