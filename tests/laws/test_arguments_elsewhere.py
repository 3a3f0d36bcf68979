"""Methods, dataframes, tabulation and pictures name the argument that is wrong."""

import inspect
import re
import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import ilacs_reliability as ilr
from ilacs_reliability.datasets import inspections, tabulation
from ilacs_reliability.reporting import plots
from laws.test_arguments import ALIENS, KAPPA, NONSENSE, OCCASIONS, RATINGS
from registry import CODES, NAMED, SCALE, TABLE

mpl.use("Agg")
GROUPS, TABLE = NAMED[0], TABLE[0]
DATA = ilr.load_dataset("inspections")
LONG = pd.DataFrame(
    {"unit": list("aabb"), "rater": [1, 2, 1, 2], "grade": ["poor", "fair", "good", "good"]}
).assign(n=1, area="x", when=[1, 2, 1, 2])
WIDE = pd.DataFrame(
    {"first": ["poor", "fair", "good"], "second": ["poor", "good", "good"], "n": [1, 2, 1]}
).assign(area=list("xxy"), kind=list("sll"))
PARTS = ilr.variance_components(OCCASIONS)
PLAN = ilr.power_for_agreement(
    ilr.percent_agreement, ilr.agreement_world(0.8, margins=[0.5, 0.5]), 20, threshold=0.8
)
OF_INSPECTIONS = (
    "declines_by_size",
    "frequency_csv",
    "linked_tables",
    "linked_toml",
    "sequences_csv",
    "shift_by_date",
    "size_bands",
    "size_labels",
    "state_csv",
    "tabulate",
)
# a call that succeeds: what it is given by place, and by name
CALLS = {
    "an interval of an estimate": (KAPPA.confidence_interval, (), {"confidence_level": 0.9}),
    "an interval for raters": (
        ilr.generalise(ilr.fleiss_kappa, OCCASIONS).confidence_interval,
        (),
        {"confidence_level": 0.9},
    ),
    "an interval of a component": (PARTS.confidence_interval, ("units",), {}),
    "an interval of bounds": (ilr.selection_bounds(GROUPS).confidence_interval, (), {}),
    "Interval": (ilr.Interval, (0.1, 0.2), {}),
    "frequencies": (OCCASIONS.with_frequencies, (np.ones(len(OCCASIONS.counts)),), {}),
    "columns": (ilr.unit_agreement(OCCASIONS).column, ("agreement",), {}),
    "where": (lambda **named: DATA.where(**named), (), {"kind": "short"}),
    "table": (lambda **named: DATA.table(**named), (), {"kind": DATA.levels["kind"]}),
    "missing": (DATA.missing, ("overall",), {}),
    "a protocol's file": (ilr.Protocol.from_toml, (ilr.Protocol().to_toml(),), {}),
    "encode": (SCALE.encode, (["poor"],), {}),
    "decode": (SCALE.decode, ([0, 1],), {}),
    "ratings_from_frame": (
        ilr.ratings_from_frame,
        (LONG,),
        {
            **{name: name for name in ("unit", "rater", "grade")},
            "scale": SCALE,
            "frequency": "n",
            "cluster": "area",
        },
    ),
    "ratings_from_wide": (
        ilr.ratings_from_wide,
        (WIDE,),
        {"raters": ["first", "second"], "scale": SCALE, "frequency": "n", "cluster": "area"},
    ),
    "transitions_from_frame": (
        ilr.transitions_from_frame,
        (WIDE,),
        {"before": "first", "after": "second", "scale": SCALE, "frequency": "n"},
    ),
    "sequences_from_frame": (
        ilr.sequences_from_frame,
        (LONG,),
        {
            "unit": "unit",
            "date": "when",
            "grade": "grade",
            "scale": SCALE,
            "frequency": "n",
            "cluster": "area",
            "framework": "rater",
            "last": 2,
        },
    ),
    "grades_from_frame": (
        ilr.grades_from_frame,
        (WIDE,),
        {"grade": "first", "group": "kind", "scale": SCALE, "stratum": "area", "frequency": "n"},
    ),
    "assess_security": (ilr.assess_security, (), {}),
    "published_claims": (ilr.published_claims, (), {}),
    "list_datasets": (ilr.list_datasets, (), {}),
    "interval_plot": (plots.interval_plot, ([KAPPA],), {}),
    "transitions_plot": (plots.transitions_plot, (TABLE,), {}),
    "grades_plot": (plots.grades_plot, (GROUPS,), {}),
    "agreement_plot": (plots.agreement_plot, (RATINGS,), {}),
    "flows_plot": (plots.flows_plot, (TABLE,), {}),
    "mosaic_plot": (plots.mosaic_plot, (TABLE,), {}),
    "overlap_plot": (plots.overlap_plot, (GROUPS,), {}),
    "raters_plot": (plots.raters_plot, (ilr.pairwise_agreement(RATINGS),), {}),
    "severity_plot": (plots.severity_plot, (ilr.rater_severity(GROUPS, n_resamples=9),), {}),
    "coverage_plot": (plots.coverage_plot, ({"score": [0.9, 1.0]},), {}),
    "tipping_plot": (plots.tipping_plot, (ilr.tipping_point([[5, 9], [1, 5]]),), {}),
    "power_plot": (plots.power_plot, ([PLAN],), {}),
    "repeat_plot": (plots.repeat_plot, ([3, 4, 5, 6],), {}),
    "sequence_plot": (
        plots.sequence_plot,
        (ilr.agreement_sequence([True, False], threshold=0.5),),
        {},
    ),
    "with_text": (plots.with_text, (plots.transitions_plot(TABLE),), {}),
    "picture_of": (plots.picture_of, (KAPPA,), {}),
    "shades": (plots.shades, (4,), {}),
    "ink_on": (plots.ink_on, ("#ffffff",), {}),
    "with_previous": (inspections.with_previous, ([],), {}),
    **{name: (getattr(tabulation, name), ([],), {}) for name in OF_INSPECTIONS},
}
WRONG = {**ALIENS, **NONSENSE, "table of one": [[1]], "bytes": b"x", "set": {1, 2}, "whole": 95}
# an array of so many colours does not fit into memory, as whoever asks for it knows
TOO_MANY = {("shades", "huge"), ("shades", "unprintable")}


@pytest.fixture(autouse=True)
def no_picture_stays_open():
    from matplotlib import pyplot

    yield
    pyplot.close("all")


def refusal(call, positional, named):
    """Return what an error says, None where the call is taken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call(*positional, **named)
    except (TypeError, ValueError, KeyError) as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", CALLS)
def test_every_other_call_names_the_argument_that_is_wrong(name):
    call, positional, named = CALLS[name]
    assert refusal(call, positional, named) is None
    several = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    parameters = inspect.signature(call).parameters.values()
    arguments = list(
        dict.fromkeys([p.name for p in parameters if p.kind not in several] + [*named])
    )
    known = {p.name for p in parameters} | set(named)
    said = []
    for kind, wrong in WRONG.items():
        for place in range(len(positional)):
            given = [*positional[:place], wrong, *positional[place + 1 :]]
            said.append((place, kind, refusal(call, given, named)))
        for argument in arguments[len(positional) :]:
            said.append((argument, kind, refusal(call, positional, {**named, argument: wrong})))
    silent = [
        one
        for one in said
        if one[2] is not None
        and (name, one[1]) not in TOO_MANY
        and not (known & set(re.findall(r"`(\w+)", one[2])) and len(one[2]) < 500)
    ]
    assert silent == []


# what an argument of these calls can be by no reading
NEVER = [
    ("where", "kind", "object"),
    ("table", "kind", "table of one"),
    ("interval_plot", "threshold", "text"),
    ("interval_plot", "threshold", "true"),
    ("interval_plot", "threshold", "nan"),
    ("interval_plot", "ax", "text"),
    ("transitions_plot", "ax", "whole"),
    ("grades_plot", "ax", "array"),
    ("agreement_plot", "ax", "function"),
    ("published_claims", "protocol", "whole"),
    ("assess_security", "records", "table of one"),
    ("ratings_from_frame", "unit", "list"),
    ("ratings_from_wide", "raters", "dict"),
]


@pytest.mark.parametrize(("name", "argument", "kind"), NEVER)
def test_what_is_never_right_is_refused(name, argument, kind):
    call, positional, named = CALLS[name]
    said = refusal(call, positional, {**named, argument: WRONG[kind]})
    assert said is not None
    assert f"`{argument}`" in said


@pytest.mark.parametrize("name", [*OF_INSPECTIONS, "with_previous"])
def test_what_is_no_inspection_is_refused_before_anything_is_counted(name):
    with pytest.raises(TypeError, match=r"`inspections` must hold Inspections.* holds 1 at 0"):
        CALLS[name][0]([1])


def test_lines_that_are_no_text_are_named_with_their_place():
    with pytest.raises(TypeError, match=r"`lines` must hold lines of text, but holds 7 at 1"):
        inspections.parse_inspections(["urn", 7], file_name="mine.csv")
    with pytest.raises(TypeError, match="`file_name` must be text"):
        inspections.parse_inspections(["urn"], file_name=7)


def test_a_rater_that_there_is_not_is_named():
    with pytest.raises(IndexError, match="`raters` must be columns, 0 to 2, but got 9"):
        OCCASIONS.select_raters(0, 9)
    assert len(CODES) == OCCASIONS.n_units


def test_limits_of_other_studies_are_refused():
    with pytest.raises(ValueError, match="`low` and `high` must be limits of the same studies"):
        ilr.Interval(0.1, np.array([0.2, 0.3]))


def test_errors_show_the_first_of_very_many_grades():
    many = ilr.Scale(range(1000))
    for call in (
        lambda: ilr.ratings_from_matrix([[1, 2000]], scale=many),
        lambda: ilr.Scale(range(1000), aliases={"odd": "absent"}),
        lambda: ilr.net_shift(np.eye(2, dtype=int), at_least=7),
        lambda: ilr.mcnemar(ilr.transitions_from_table(np.eye(1000, dtype=int), scale=many)),
    ):
        with pytest.raises((ValueError, TypeError)) as caught:
            call()
        assert len(str(caught.value)) < 500


TABLE = [[5, 3, 1], [2, 20, 10], [0, 8, 40]]
THREE = ilr.Scale(["a", "b", "c"])
AS_TEXT = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
# what takes a listing or a table of numbers that NumPy would read out of text
TAKING_NUMBERS = {
    "weights": lambda given: ilr.agreement_weights(THREE, given),
    "metric": lambda given: ilr.krippendorff_alpha([[1, 2], [2, 3], [1, 1]], metric=given),
    "scores": lambda given: ilr.marginal_score_shift(TABLE, scores=given[0]),
    "margins": lambda given: ilr.agreement_world(0.5, margins=given[0]),
    "shares": lambda given: ilr.units_for_shift(given, n_units=50),
    "shares of groups": lambda given: ilr.units_for_comparison(
        given, test=ilr.mann_whitney, n_units=50
    ),
    "allocation": lambda given: ilr.units_for_comparison(
        TABLE, test=ilr.mann_whitney, n_units=50, allocation=given[0]
    ),
    "error": lambda given: ilr.corrected_shift(TABLE, error=given, rng=1),
    "error_counts": lambda given: ilr.corrected_shift(TABLE, error_counts=given, rng=1),
    "table": ilr.sign_test,
    "grades": ilr.mann_whitney,
    "counts": lambda given: ilr.ratings_from_counts(given, scale=THREE),
    "frequencies": lambda given: ilr.ratings_from_codes(
        [[0, 1], [1, 2], [0, 0]], scale=THREE, frequencies=given[0]
    ),
    "p_values": lambda given: ilr.adjust_p_values(given[0]),
    "reliability": lambda given: ilr.noise_only_transitions(TABLE, reliability=given[0][0]),
}


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("name", TAKING_NUMBERS)
def test_text_is_not_read_as_numbers(name, mixed):
    given = [[x if i == 0 or not mixed else int(x) for x in row] for i, row in enumerate(AS_TEXT)]
    if mixed:
        given = np.array(given, dtype=object).tolist()
    with pytest.raises((TypeError, ValueError), match=f"`{name.split()[0]}` must"):
        TAKING_NUMBERS[name](given)


@pytest.mark.parametrize("standard", [[True, True], [True, np.nan], [True, 1]])
def test_a_standard_of_truths_is_not_one_of_numbers(standard):
    with pytest.raises(TypeError, match="`standard` and `ratings` must both hold numbers, or both"):
        ilr.agreement_with_standard([[1, 1], [2, 2]], standard)
    with pytest.raises(TypeError, match="True is not 1"):
        ilr.agreement_with_standard([[True, True], [False, True]], [1, 0])
