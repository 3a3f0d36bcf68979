"""The questions that commands ask of a file: do raters agree, did grades move, do groups differ?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._data.tables import (
    GroupedGrades,
    Transitions,
)
from ilacs_reliability._results.estimates import Estimate, SignificanceResult, reason_in_words
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.records import called
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import (
    counted,
    fixed,
    level,
    listed,
    p_phrase,
    sentence_start,
    with_interval,
)
from ilacs_reliability.agreement.alpha import krippendorff_alpha
from ilacs_reliability.agreement.categories import specific_agreement
from ilacs_reliability.agreement.coefficients import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from ilacs_reliability.agreement.rater_pairs import pairwise_agreement
from ilacs_reliability.commands.answers import Answer, Block
from ilacs_reliability.commands.layouts import Asked, code_of
from ilacs_reliability.commands.readings import (
    groups_of,
    ratings_of,
    sentence,
    transitions_of,
)
from ilacs_reliability.commands.sheets import Sheet
from ilacs_reliability.comparison.effects import relative_effect
from ilacs_reliability.comparison.overlap import overlap_report
from ilacs_reliability.comparison.proportions import risk_difference
from ilacs_reliability.comparison.ranks import mann_whitney
from ilacs_reliability.comparison.strata import stratified_relative_effect, van_elteren
from ilacs_reliability.shift.binary import mcnemar, paired_difference, sign_test
from ilacs_reliability.shift.margins import stuart_maxwell
from ilacs_reliability.shift.movement import net_shift
from ilacs_reliability.shift.signed_ranks import wilcoxon_signed_rank

# a table of each two raters of more is not read
MOST_RATERS = 100
COEFFICIENTS: dict[str, Callable[..., Estimate]] = {
    "percent_agreement": percent_agreement,
    "cohen_kappa": cohen_kappa,
    "conger_kappa": conger_kappa,
    "fleiss_kappa": fleiss_kappa,
    "gwet_ac": gwet_ac,
    "brennan_prediger": brennan_prediger,
    "krippendorff_alpha": krippendorff_alpha,
}
# Krippendorff's metrics that give the credit of these weights; the ordinal one is another idea
METRICS = {"identity": "nominal", "quadratic": "interval", "ordinal": "ordinal"}


class Options(NamedTuple):
    """What a question is asked with."""

    weights: str = "identity"
    confidence_level: float = 0.95
    at_least: str | None = None
    require: tuple[str, float] | None = None


def agree(sheet: Sheet, asked: Asked, options: Options) -> Answer:
    """Answer whether the raters of a file agree.

    Parameters
    ----------
    sheet : Sheet
        Long, wide or a cross-table.
    asked : Asked
        Which columns are what, where their names do not say.
    options : Options
        Weights, confidence level and what is required.

    Returns
    -------
    Answer
        Coefficients with intervals, agreement on each grade and of each pair of raters.
    """
    ratings, read = ratings_of(sheet, asked)
    with left_unsaid():
        found = dict(_coefficients(ratings, options))
        main = found.get("cohen_kappa") or found["fleiss_kappa"]
        sentences = [found["percent_agreement"].describe(), main.describe()]
        grades = specific_agreement(ratings)
        blocks = [
            read,
            Block(
                "Do the raters agree?",
                sentences,
                ("coefficient", "value", f"{level(options.confidence_level)} interval", "method"),
                [_row(sentence_start(one.label), one, options) for one in found.values()],
            ),
            Block(
                "Agreement on each grade",
                ["Of the ratings that go with one of this grade, how many are this grade too."],
                ("grade", "value", f"{level(options.confidence_level)} interval", "method"),
                [_row(str(grade), one, options) for grade, one in grades.items()],
            ),
            *_pairs(ratings, options),
        ]
    met, block = _required(found, options)
    results = {name: one.to_dict() for name, one in found.items()}
    drawn = _drawn(ratings, found)
    return Answer("Do the raters agree?", _source(sheet), [*blocks, *block], results, met, drawn)


def shift(sheet: Sheet, asked: Asked, options: Options) -> Answer:
    """Answer whether grades moved between two occasions.

    Parameters
    ----------
    sheet : Sheet
        Two columns of grades, dated grades of units, or a cross-table.
    asked : Asked
        Which columns are what, where their names do not say.
    options : Options
        The confidence level and a cut.

    Returns
    -------
    Answer
        Moves, the table of them, and tests of whether they balance.
    """
    table, read = transitions_of(sheet, asked)
    with left_unsaid():
        moved = net_shift(table)
        sizes = {
            name: getattr(moved, name) for name in ("improved", "unchanged", "declined", "net")
        }
        tests: list[SignificanceResult] = [
            sign_test(table),
            wilcoxon_signed_rank(table),
            stuart_maxwell(table),
        ]
        blocks = [read, Block("Did grades move?", [moved.describe()]), _cross(table)]
        if options.at_least is not None:
            tests.append(mcnemar(table, at_least=_label(table.scale, options.at_least)))
            beyond = paired_difference(table, at_least=_label(table.scale, options.at_least))
            blocks.append(Block(f"At least {options.at_least}", [beyond.describe()]))
            sizes[f"at least {options.at_least}, after minus before"] = beyond
        blocks += [_sizes(sizes, options), _tests(tests)]
    results = {"net_shift": moved.to_dict()} | {test.name: test.to_dict() for test in tests}
    return Answer("Did grades move?", _source(sheet), blocks, results, drawn=table)


def compare(sheet: Sheet, asked: Asked, options: Options) -> Answer:
    """Answer whether two groups are graded alike.

    Parameters
    ----------
    sheet : Sheet
        A line a unit with its group and grade, and a stratum where there is one; or a table of
        groups by grades.
    asked : Asked
        Which columns are what, where their names do not say.
    options : Options
        The confidence level and a cut.

    Returns
    -------
    Answer
        Where the groups can be compared at all, and by how much they differ there.
    """
    groups, read = groups_of(sheet, asked)
    stratified = groups.counts.shape[0] > 1
    with left_unsaid():
        overlap = overlap_report(groups)
        effect = stratified_relative_effect(groups) if stratified else relative_effect(groups)
        test = van_elteren(groups) if stratified else mann_whitney(groups)
        sentences = [effect.describe()]
        sizes = {effect.label or effect.name: effect}
        if options.at_least is not None:
            cut = _label(groups.scale, options.at_least)
            shares = risk_difference(groups, at_least=cut)
            sentences.append(shares.describe())
            first, second = groups.groups
            sizes[f"at least {options.at_least}, {second} minus {first}"] = shares
        blocks = [
            read,
            _by_group(groups),
            Block("Can they be compared?", [overlap.describe()]),
            Block("Are they graded alike?", sentences),
            _sizes(sizes, options),
            _tests([test]),
        ]
    results = {"effect": effect.to_dict(), "test": test.to_dict(), "overlap": overlap.to_dict()}
    return Answer("Are the groups graded alike?", _source(sheet), blocks, results, drawn=groups)


def check(sheet: Sheet, asked: Asked, options: Options) -> Answer:
    """Say how a file would be read by each of the other commands.

    Parameters
    ----------
    sheet : Sheet
        Any.
    asked : Asked
        Which columns are what, where their names do not say.
    options : Options
        Not used.

    Returns
    -------
    Answer
        Its columns, and for each command what it would read or why it could not.
    """
    columns = [
        (name, f"{len(set(cells))}", f"{sum(map(asked.is_missing, cells))}", listed(_some(cells)))
        for name, cells in ((name, sheet.column(i)) for i, name in enumerate(sheet.header))
    ]
    blocks = [
        Block(
            "Columns",
            [f"{counted(len(sheet.rows), 'line')} of data.", *map(sentence, sheet.assumed)],
            ("column", "different cells", "missing", "first cells"),
            columns,
        )
    ]
    readings: dict[str, Callable[[Sheet, Asked], tuple[Any, Block]]] = {
        "agree": ratings_of,
        "shift": transitions_of,
        "compare": groups_of,
    }
    for name, reading in readings.items():
        try:
            block = reading(sheet, asked)[1]
        except ValueError as error:
            block = Block("", str(error).splitlines())
        blocks.append(replace(block, heading=f"As `{name}` reads it"))
    return Answer("What is in the file?", _source(sheet), blocks)


# the parts of an answer


def _source(sheet: Sheet) -> str:
    return f"{sheet.file}{f', sheet {sheet.sheet}' if sheet.sheet else ''}"


def _some(cells: Sequence[str]) -> list[str]:
    return [cell for cell in dict.fromkeys(cells) if cell][:3]


def _coefficients(ratings: Ratings, options: Options) -> Iterator[tuple[str, Estimate]]:
    for name, coefficient in COEFFICIENTS.items():
        if name == "cohen_kappa" and ratings.n_raters != 2:
            continue
        option = "metric" if name == "krippendorff_alpha" else "weights"
        kind = {"identity": "nominal", "quadratic": "interval"}.get(
            options.weights, options.weights
        )
        if option == "metric" and kind not in ("nominal", "interval", "ordinal", "ratio"):
            continue
        yield (
            name,
            coefficient(ratings, **{option: kind if option == "metric" else options.weights}),
        )


def _row(name: str, estimate: Estimate, options: Options) -> tuple[str, str, str, str]:
    if estimate.status == "undefined":
        return name, "", "", _undefined(estimate)
    limits = estimate.confidence_interval(confidence_level=options.confidence_level)
    span = f"{fixed(limits.low)} to {fixed(limits.high)}"
    return name, fixed(estimate.value), span, called(limits.method)


def _undefined(result: Estimate | SignificanceResult) -> str:
    """Return that a result is undefined and why, "" where it is not."""
    return "" if result.status == "ok" else f"undefined: {reason_in_words(result)}"


def _drawn(ratings: Ratings, found: dict[str, Estimate]) -> Ratings | Estimates:
    """Return what shows whether raters agree: two in a chart, more as their coefficients."""
    if ratings.n_raters == 2:
        return ratings
    return Estimates("agree", "coefficient", dict(found.items()))


def _pairs(ratings: Ratings, options: Options) -> Iterator[Block]:
    if 2 < ratings.n_raters <= MOST_RATERS:
        pairs = pairwise_agreement(ratings)
        rows = [
            _row(listed(pair), one, options)  # type: ignore[arg-type]
            for pair, one in pairs.items()
        ]
        columns = ("raters", "value", f"{level(options.confidence_level)} interval", "method")
        yield Block("Agreement of each two raters", [], columns, rows)


def _required(found: dict[str, Estimate], options: Options) -> tuple[bool, list[Block]]:
    if options.require is None:
        return True, []
    name, threshold = options.require
    if name not in found:
        raise ValueError(f"--require must name one of {listed(found, most=12)}, but got {name!r}.")
    low, high = found[name].confidence_interval(confidence_level=options.confidence_level)
    met = bool(low >= threshold)
    why = reason_in_words(found[name])
    value = f"undefined ({why})" if why else with_interval(found[name].value, low, high)
    sure = level(options.confidence_level)
    said = (
        f"{name} of at least {fixed(threshold)} was required with {sure} "
        f"confidence: it is {value}, and the requirement is {'met' if met else 'not met'}."
    )
    return met, [Block("What was required", [said])]


def _sizes(found: dict[str, Estimate], options: Options) -> Block:
    columns = ("what", "value", f"{level(options.confidence_level)} interval", "method")
    return Block(
        "By how much",
        [],
        columns,
        [_row(sentence_start(name), one, options) for name, one in found.items()],
    )


def _tests(tests: Sequence[SignificanceResult]) -> Block:
    rows = [
        (
            sentence_start(test.label or test.name),
            _undefined(test) or called(test.method),
            "" if _undefined(test) else p_phrase(test.p_value).removeprefix("p = "),
        )
        for test in tests
    ]
    sentences = [test.describe() for test in tests]
    return Block("Tests", sentences, ("test", "method", "p"), rows)


def _cross(table: Transitions) -> Block:
    labels = [str(label) for label in table.scale.labels]
    rows = [(label, *map(str, row)) for label, row in zip(labels, table.counts, strict=True)]
    return Block("Grades before (rows) and after (columns)", [], ("", *labels), rows)


def _by_group(groups: GroupedGrades) -> Block:
    labels = [str(label) for label in groups.scale.labels]
    counts = groups.counts.sum(axis=0)
    rows = [(str(name), *map(str, row)) for name, row in zip(groups.groups, counts, strict=True)]
    return Block("Grades of the groups", [], ("group", *labels), rows)


def _label(scale: Scale, text: str) -> Hashable:
    code = code_of(scale, text)
    if code is None:
        raise ValueError(
            f"--at-least must be one of {listed(scale.labels, most=12)}, not {text!r}."
        )
    return scale.labels[code]
