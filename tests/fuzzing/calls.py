"""A call of a public name: what each argument may be, by its name and its annotation."""

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import ilacs_reliability as ilr
from fuzzing import frames, inputs
from fuzzing.draws import Draw, alien, level, text, written
from registry import FUNCTIONS, ROWS, returning

Strategy = Callable[[Draw], str]
# classes that people make themselves, and what they ask for
MADE = {
    "Scale": ("labels", "scores", "ordered", "aliases"),
    "Claim": ("statement", "kind", "threshold", "direction", "confidence_level", "selection"),
    "Protocol": tuple(inspect.signature(ilr.Protocol).parameters),
    "Interval": ("low", "high", "confidence_level", "method"),
    "Fieldwork": ("ratings_per_unit", "cluster_size", "cluster_correlation", "drop_out"),
}
# constants and warnings: nothing to call
NOT_CALLED = {
    "OFSTED_SCALE",
    "REPORT_CARD_SCALE",
    "SuspectInputWarning",
    "UndefinedEstimateWarning",
}
# records that functions return: found in their results
RECORDS = set(ilr.__all__) - set(FUNCTIONS) - set(MADE) - NOT_CALLED
# how often a costly function is called, for once of another
SHARES = {name: row.share for name, row in ROWS.items()} | {"Scale": 3.0, "Claim": 2.0}
# options without which a call takes long, or differs from the next
OFTEN = {"n_resamples": 0.97, "n_units": 0.9, "rng": 0.97, "at_least": 0.8, "at_most": 0.5}
OF_RATINGS, OF_TABLES, OF_GRADES = (
    returning("Estimate", of) for of in ("ratings", "table", "grades")
)
TESTS = [name for name in returning("SignificanceResult", "table") if not ROWS[name].options]
INTERVAL_METHODS = (
    "score", "t", "wald", "logit", "clopper_pearson", "wilson", "jeffreys", "midp", "tango",
    "newcombe", "profile", "exact", "normal", "mcgraw_wong", "miettinen_nurminen", "likelihood",
    "nothing",
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A call as Python text: the name, its arguments, and the one that was made wrong, if any."""

    name: str
    arguments: Mapping[str, str]
    spoilt: str = ""

    def __str__(self) -> str:
        first = parameters(self.name)[:1]
        shown = [
            value if first and name == first[0].name else f"{name}={value}"
            for name, value in self.arguments.items()
        ]
        return f"ilr.{self.name}({', '.join(shown)})"


def call(draw: Draw, name: str) -> Call:
    """Draw a call; about one in four has an argument of a wrong kind or value."""
    draw.purpose = name
    arguments = {
        one.name: strategy(name, one.name)(draw)
        for one in parameters(name)
        if one.default is inspect.Parameter.empty or draw.chance(OFTEN.get(one.name, 0.4))
    }
    if name == "difference" and draw.chance(0.7):
        arguments = _differing(draw)
    if {"at_least", "at_most"} <= arguments.keys() and draw.chance(0.95):
        del arguments[draw.one("at_least", "at_most")]
    if arguments.get("effect", "'net'") != "'difference'" and draw.chance(0.9):
        arguments = _without_a_cut(arguments) if "effect" in names_in(name) else arguments
    spoilt = draw.one(*parameters(name)).name if draw.chance(0.25) else ""
    if spoilt:
        arguments[spoilt] = alien(draw)
    return Call(name, arguments, spoilt)


def _without_a_cut(arguments: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in arguments.items() if key != "at_least"}


def names_in(name: str) -> set[str]:
    """Return the names of a function's arguments."""
    return {one.name for one in parameters(name)}


@cache
def parameters(name: str) -> tuple[inspect.Parameter, ...]:
    given = inspect.signature(getattr(ilr, name)).parameters.values()
    return tuple(one for one in given if one.name in MADE.get(name, (one.name,)))


@cache
def strategy(function: str, argument: str) -> Strategy:
    """Find how an argument is drawn; KeyError for one that nobody thought of."""
    for key in ((function, argument), argument):
        if key in STRATEGIES:
            return STRATEGIES[key]
    if options := literals(function, argument):
        return lambda draw: repr(draw.one(*options))
    raise KeyError(f"{function}({argument}=) has no strategy: give it one in fuzzing/calls.py")


def literals(function: str, argument: str) -> tuple[str, ...]:
    """Return the options that an annotation lists."""
    thing = getattr(ilr, function)
    annotation = inspect.signature(thing).parameters[argument].annotation
    module = inspect.getmodule(thing)
    try:
        hint = eval(annotation, vars(module)) if isinstance(annotation, str) else annotation
    except NameError:
        return ()
    return tuple(_listed(hint))


def _listed(hint: object) -> Iterable[str]:
    if typing.get_origin(hint) is typing.Literal:
        yield from typing.get_args(hint)
        return
    for part in typing.get_args(hint):
        yield from _listed(part)


def estimate(draw: Draw) -> str:
    """An estimate that some function returns, or one of several."""
    draw.purpose = draw.one("cohen_kappa", "cohen_kappa", "generalise", "")
    kind = draw.weighted(((6, "ratings"), (3, "grades"), (2, "table"), (1, "shift"), (1, "grade")))
    if kind == "ratings":
        return f"ilr.{draw.one(*OF_RATINGS)}({inputs.ratings(draw)})"
    if kind == "grades":
        name, data = draw.one(*OF_GRADES), inputs.any_grades(draw)
        return f"ilr.{name}({data}{_cut(draw, name)})"
    if kind == "table":
        name, data = draw.one(*OF_TABLES), inputs.table(draw)
        cut = f", at_least={lowest_of_some(draw)}" if ROWS[name].options else ""
        return f"ilr.{name}({data}{cut})"
    if kind == "shift":
        part = draw.one("net", "improved", "declined", "room_up")
        return f"ilr.net_shift({inputs.table(draw)}).{part}"
    return f"list(ilr.specific_agreement({inputs.ratings(draw)}).values())[0]"


def _cut(draw: Draw, name: str) -> str:
    if "at_least" not in inspect.signature(getattr(ilr, name)).parameters:
        return ""
    if draw.chance(0.5):
        return f", at_least={lowest_of_some(draw)}"
    return f", at_most={highest_of_some(draw)}"


def _differing(draw: Draw) -> dict[str, str]:
    data = inputs.ratings(draw)
    first, second = draw.one(*OF_RATINGS), draw.one(*OF_RATINGS)
    return {"a": f"ilr.{first}({data})", "b": f"ilr.{second}({data})", "paired": "True"}


def evidence(draw: Draw) -> str:
    if draw.chance(0.6):
        return estimate(draw)
    return f"ilr.{draw.one(*TESTS)}({inputs.table(draw)})"


def claim(draw: Draw) -> str:
    kind = draw.one("consistency", "shift", "comparison", "share")
    if draw.chance(0.2):
        return (
            f"ilr.Claim(statement='So.', kind={kind!r}, threshold=(-0.2, 0.3), direction='within')"
        )
    direction = draw.one("at least", "more than", "at most", "less than")
    threshold = draw.one(0, 0.5, 0.8, 1, -0.5, 1e-9)
    return (
        f"ilr.Claim(statement='So.', kind={kind!r}, threshold={threshold}, "
        f"direction={direction!r}, confidence_level={level(draw)})"
    )


def annotations(draw: Draw) -> str:
    """An export by annotators, now and then with an answer twice, absent or of several labels."""
    made = [
        {"id": unit, "label": draw.one([1], [2], [2], [], [1, 2]), "username": who}
        for unit in range(draw.whole(0, 6))
        for who in ("a", "b", "b") if draw.chance(0.8)
    ]  # fmt: skip
    return repr(made)


def several_estimates(draw: Draw) -> str:
    if draw.chance(0.3):
        strata = (f"{name!r}: {several_estimates(draw)}" for name in "ab"[: draw.whole(1, 2)])
        return f"{{{', '.join(strata)}}}"
    if draw.chance(0.5):
        return f"ilr.kappa_by_grade({inputs.ratings(draw)})"
    return f"[{', '.join(estimate(draw) for _ in range(draw.whole(1, 4)))}]"


def members(draw):
    return draw.one("[0, 1]", "[0, 1, 2]", "[1, -1]", "['x', 0]", "[0]", "None", "range(2)")


def coefficient(draw: Draw) -> str:
    name = draw.one(*OF_RATINGS)
    return draw.weighted(
        (
            (8, f"ilr.{name}"),
            (1, "partial(ilr.fleiss_kappa, weights='linear')"),
            (1, "partial(ilr.icc, form='C,k')"),
            (0.3, f"[ilr.{name}, ilr.percent_agreement]"),
            (0.2, "lambda ratings: 1.0"),
            (0.2, "ilr.unit_agreement"),
            (0.2, "partial(ilr.krippendorff_alpha, metric='ordinal')"),
        )
    )


def weights(draw: Draw) -> str:
    if draw.chance(0.8):
        return repr(draw.one(*literals("agreement_weights", "kind")))
    q = max(1, len(draw.grades))
    credit = [[1.0 if i == j else 0.0 for j in range(q)] for i in range(q)]
    for i in range(q):
        for j in range(i):
            credit[i][j] = credit[j][i] = round(draw.random(), 2)
    return written(draw, credit)


def metric(draw: Draw) -> str:
    options = literals("krippendorff_alpha", "metric")
    return repr(draw.one(*options)) if draw.chance(0.85) else weights(draw)


def labels(draw: Draw) -> str:
    return draw.one(
        "['poor', 'good']", "range(1, 6)", "('a',)", "[1, 2.5, 10]", "np.array(['a', 'b'])", "'ab'",
        "[True, False]", "[0, False]", "[1, 1.0]", "[nan, 1]", "[None, 'a']", "['a', 'a']",
        "['a', 'A']", "[(1, 2), (3,)]", "[[1], [2]]", "[1, '1']", "['x' * 500, '']", "range(200)",
        "pd.Series(['a', 'b'])", "pd.Categorical(['a', 'b'])", "[date(2020, 1, 1)]", "[1, 'a']",
        "[Fraction(1, 2), Decimal(1)]", "[2**70, 2**71]", "[10**400, 1]", "[3, 2, 1]", "[inf, 1]",
    )  # fmt: skip


def scores(draw: Draw) -> str:
    size = max(1, len(draw.grades)) if draw.chance(0.8) else draw.whole(1, 5)
    made = [draw.one(1.0, 0.5, 10.0, 1e9) for _ in range(size)]
    return written(draw, [[sum(made[: k + 1]) for k in range(size)]]).replace("[[", "[").replace(
        "]]", "]"
    ) if draw.chance(0.3) else text([sum(made[: k + 1]) for k in range(size)])  # fmt: skip


def aliases(draw: Draw) -> str:
    return draw.one(
        "{'ok': 'good'}", "{' OK ': 'good', 'ok': 'good'}", "{'ok': 'absent'}", "{3: 'good'}",
        "{'good': 'poor'}", "{}", "{'': 'good'}", "{'ok': ['good']}", "{('a',): 'good'}", "None",
    )  # fmt: skip


def threshold(draw: Draw) -> str:
    usual = draw.one(0.0, 0.5, 0.8, 1.0, -1.0, -0.3, 0.999, 1e-9, 2.0, 1, 0, 5)
    return repr(draw.one(usual, usual, round(draw.random(), 3)))


def positive(draw: Draw) -> str:
    return repr(draw.one(0.1, 0.2, 0.3, 0.05, 0.5, 1e-9, 0.99, 1.0, round(0.01 + draw.random(), 3)))


def small(draw: Draw) -> str:
    return repr(draw.one(0.1, 0.2, 0.05, 0.4, 1e-9, 0.5, round(draw.random() / 2, 3)))


def resamples(draw: Draw) -> str:
    return str(draw.weighted(((10, draw.whole(1, 60)), (1, 200), (0.02, 9999))))


def source_of_chance(draw: Draw) -> str:
    return draw.one(str(draw.whole(0, 99)), "np.random.default_rng(5)", "np.int64(3)")


def names_of(what: str) -> Strategy:
    def drawn(draw: Draw) -> str:
        size = draw.shape[what != "units"] if draw.chance(0.9) else draw.whole(0, 4)
        start = draw.one("", "n", "é")
        return draw.one(
            text([f"{start}{k}" for k in range(size)]), f"range({size})", f"tuple(range({size}))"
        )

    return drawn


def per_unit(draw: Draw) -> str:
    size = draw.shape[0] if draw.chance(0.95) else draw.whole(0, 4)
    made = [draw.weighted(((8, draw.whole(0, 4)), (1, 10**9), (0.05, 2**53))) for _ in range(size)]
    return draw.one(text(made), f"np.array({made}, dtype=float)", f"pd.Series({made})")


def clusters(draw: Draw) -> str:
    size = draw.shape[0] if draw.chance(0.95) else draw.whole(0, 4)
    made = [draw.one("a", "b", "c", 1) for _ in range(size)]
    return draw.one(text(made), text([x * x % 3 for x in range(size)]))


def matrix_of_labels(draw: Draw) -> str:
    made = inputs.labelled_ratings(draw)
    inside, _, declared = made.removeprefix("ilr.ratings_from_matrix(").rpartition(", scale=")
    draw.data = declared.removesuffix(")")
    return draw.one(inside, f"np.array({inside}, dtype=object)", f"pd.DataFrame({inside})")


def matrix_of_codes(draw: Draw) -> str:
    n_grades = draw.whole(1, 5)
    draw.data = inputs.scale(draw, n_grades)
    return written(draw, inputs.codes(draw, n_grades))


def square_table(draw: Draw) -> str:
    rows = inputs.square(draw)
    draw.data = inputs.scale(draw, len(rows))
    draw.shape = (len(rows), 2)
    return written(draw, rows)


def counts_of_groups(draw: Draw) -> str:
    rows = [[draw.whole(0, 9) for _ in range(draw.shape[1])] for _ in range(draw.whole(1, 4))]
    draw.data = inputs.scale(draw, draw.shape[1])
    draw.shape = (draw.shape[1], len(rows))
    return written(draw, rows)


def counts_of_units(draw: Draw) -> str:
    q, n_units = draw.whole(1, 5), draw.whole(1, 8)
    draw.data = inputs.scale(draw, q)
    draw.shape = (n_units, q)
    return written(draw, [[draw.whole(0, 3) for _ in range(q)] for _ in range(n_units)])


def declared_scale(draw: Draw) -> str:
    return draw.data if draw.data and draw.chance(0.97) else inputs.scale(draw, draw.whole(1, 5))


def p_values(draw: Draw) -> str:
    made = [draw.one(0.0, 1.0, 0.05, 1e-300, draw.random()) for _ in range(draw.whole(0, 8))]
    named = {f"test {place}": value for place, value in enumerate(made)}
    tested = "ilr.sign_test([[3, 5], [1, 9]])"
    return draw.one(
        text(made),
        f"np.array({made})",
        f"np.array([{made}, {made}])",
        f"pd.Series({made})",
        str(named),
        f"[{tested}, 0.5]",
        f"{{'tested': {tested}, 'given': 0.2}}",
    )


def components(draw: Draw) -> str:
    data = inputs.ratings(draw)
    return data if draw.chance(0.6) else f"ilr.variance_components({data})"


def margins_or_ratings(draw: Draw) -> str:
    data = inputs.ratings(draw)
    return draw.one(data, "[13, 29, 65]", "{'poor': 3, 'good': 9}", "np.array([1, 0, 2])")


def bands(draw: Draw) -> str:
    custom = "{'low': -1, 'high': 0.5}", "{'all': 0}", "{'a': 0.5, 'b': 0.2}", "{}"
    return draw.one("'landis_koch'", "'fleiss'", "'altman'", "'cicchetti'", *custom)


def lowest_of_some(draw: Draw) -> str:
    """A grade to cut at, hardly ever the worst, which every unit reaches."""
    labels = draw.grades[1:] or draw.grades if draw.chance(0.95) else draw.grades
    return draw.one(*labels) if draw.chance(0.97) else draw.one("99", "'nobody'", "0")


def highest_of_some(draw: Draw) -> str:
    labels = draw.grades[:-1] or draw.grades if draw.chance(0.95) else draw.grades
    return draw.one(*labels) if draw.chance(0.97) else draw.one("99", "'nobody'", "0")


def group_label(draw: Draw) -> str:
    return draw.one(*(draw.groups or ("'group 2'",))) if draw.chance(0.95) else "'nobody'"


def words(draw: Draw) -> str:
    return draw.one("'They agree.'", "'so'", "''", "'<b>&'", "'a\\nb'", "'x' * 300")


def dataset(draw: Draw) -> str:
    return repr(draw.one(*dataset_names(), "absent"))


@cache
def dataset_names() -> tuple[str, ...]:
    return tuple(info.name for info in ilr.list_datasets())


def several(draw: Draw, options: Iterable[str]) -> str:
    made = [draw.one(*options) for _ in range(draw.whole(0, 3))]
    return draw.one(text(made), text(tuple(made)))


def _frame_columns() -> dict[tuple[str, str], Strategy]:
    found: dict[tuple[str, str], Strategy] = {}
    for name in FUNCTIONS:
        if not name.endswith(("_frame", "_wide")):
            continue
        for argument in inspect.signature(getattr(ilr, name)).parameters:
            if argument in frames.COLUMNS:
                found[name, argument] = lambda draw, argument=argument: frames.column(
                    draw, argument
                )
    return found


PAIR = "ilr.Scale(['no', 'yes'])"


def figure(draw: Draw) -> str:
    """A figure as printed: a count, a share, a pair of counts or nothing."""
    return draw.one(
        *(str(draw.whole(0, 9)) for _ in range(2)), "'50%'", "'33.3%'", "None", "(1, 5)"
    )


def figures(draw: Draw) -> str:
    region = draw.one("same", "different", "up", "down", "within one", "nowhere")
    return draw.one("()", f"{{{region!r}: {figure(draw)}}}", f"[({region!r}, {figure(draw)})]")


def allowed(draw: Draw) -> str:
    kind = draw.one("ratings", "repeats")
    said = f"{draw.whole(1, 9)}, scale={PAIR}, figures={{'same': {figure(draw)}}}, kind={kind!r}"
    return f"ilr.tables_consistent_with({said})"


def margins(draw: Draw) -> str:
    return draw.one(
        "[0.5, 0.5]", "[0.2, 0.3, 0.5]", "[[0.2, 0.8], [0.4, 0.6]]", "(1, 0)", "[0.7, 0.7]"
    )


def world(draw: Draw) -> str:
    made = f"ilr.agreement_world({draw.one(0, 0.3, 0.5, 0.8, 1)}, margins={margins(draw)})"
    return draw.one(made, made, inputs.ratings(draw))


def fieldwork(draw: Draw) -> str:
    return draw.one(
        "None", "None", "ilr.Fieldwork(drop_out=0.2)", "ilr.Fieldwork(ratings_per_unit=2)",
        "ilr.Fieldwork(cluster_size=3, cluster_correlation=0.2)",
    )  # fmt: skip


def shares(draw: Draw) -> str:
    rows = [[draw.whole(0, 9) for _ in range(draw.whole(2, 3))] for _ in range(draw.whole(1, 3))]
    return written(draw, rows if draw.chance(0.3) else inputs.square(draw))


def bar(draw: Draw) -> str:
    return draw.one("0.5", "0.3", "0.8", "(0.2, 0.9)", "1", "0")


PLANS = ("power_for_agreement", "units_for_agreement", "minimum_detectable_agreement")
TABLE_PLANS = ("units_for_shift", "units_for_comparison")
STRATEGIES: dict[str | tuple[str, str], Strategy] = {
    **_frame_columns(),
    "ratings": inputs.ratings,
    "table": inputs.table,
    "tables": inputs.tables,
    "grades": inputs.any_grades,
    "frame": frames.frame,
    "scale": declared_scale,
    "weights": weights,
    "metric": metric,
    "estimate": estimate,
    "estimates": several_estimates,
    "a": estimate,
    "b": estimate,
    "paired": lambda draw: draw.one("True", "False"),
    "name_units": lambda draw: draw.one("True", "False"),
    "coefficient": coefficient,
    "claim": claim,
    "result": evidence,
    "threshold": threshold,
    "low": threshold,
    "high": threshold,
    "margin": positive,
    "certainty": level,
    "reliability": level,
    "confidence_level": level,
    "n_resamples": resamples,
    "rng": source_of_chance,
    "at_least": lowest_of_some,
    "at_most": highest_of_some,
    "group": group_label,
    "scores": scores,
    "frequencies": per_unit,
    "clusters": clusters,
    "units": names_of("units"),
    "raters": names_of("raters"),
    "groups": names_of("units"),
    "strata": names_of("raters"),
    "codes": matrix_of_codes,
    "matrix": matrix_of_labels,
    "p_values": p_values,
    "labels": labels,
    "aliases": aliases,
    "ordered": lambda draw: draw.one("True", "False"),
    "statement": words,
    "selection": words,
    "bands": bands,
    "within": lambda draw: str(draw.whole(0, 4)),
    "width": lambda draw: str(draw.one(100, 20, 1, 79)),
    "records": lambda draw: "None",
    "report": lambda draw: "ilr.assess_security()",
    "protocol": lambda draw: draw.one("None", "ilr.Protocol()", "ilr.Protocol(agreement=0.9)"),
    "name": dataset,
    "holds": lambda draw: draw.one("None", "'counts'", "'ratings'", "'absent'"),
    "n": lambda draw: draw.one("12", "40", "(10, 8)", "[6, 30]", "1", "200"),
    "data": lambda draw: draw.one(inputs.ratings, inputs.table, inputs.any_grades)(draw),
    "double": lambda draw: draw.one("None", "None", inputs.coded_ratings(draw)),
    "thresholds": lambda draw: draw.one("None", "(0.6, 0.8)", "[0.5]", "[]", "(0, 0.2)"),
    "cuts": lambda draw: draw.one("None", f"[{', '.join(draw.grades[1:])}]", "[]"),
    "partial_credit": lambda draw: draw.one("()", "(0.5,)", "[0.9, 0.2]", "(1.0,)"),
    "n_units_in_population": lambda draw: draw.one("None", "100", "1e9", "5.0", "12"),
    "n_raters_in_population": lambda draw: draw.one("None", "100", "2", "3", "1e9"),
    "gamma": lambda draw: draw.one("1.5", "(1.0, 2.0)", "[1, 1e6]", "np.array([1.0, 3.0])"),
    "standard": lambda draw: draw.one("0", "-1", "1", "{}", "None", "[1, 2, 3]", "'nobody'"),
    "trial": lambda draw: draw.one("None", "1", "2", "{'a': [0, 1]}", "{'a': [0], 'b': [1]}"),
    "value": threshold,
    "claims": lambda draw: f"[{claim(draw)}]",
    "worlds": world,
    "chance": level,
    "costs": lambda draw: draw.one("(0.0, 1.0)", "[10, 1]", "(0, 0)"),
    ("design_study", "raters"): lambda draw: draw.one("[2]", "(2, 3)", "[1]"),
    "decisions": lambda draw: text([draw.chance(0.9) for _ in range(draw.whole(0, 30))]),
    ("agreement_sequence", "prior"): lambda draw: draw.one("(1.0, 1.0)", "[0.5, 2]", "(0, 1)"),
    "truth": lambda draw: draw.one("None", "0.9", "0.5", "1"),
    "margins": margins,
    "world": world,
    "power": level,
    "interval": lambda draw: draw.one("None", "None", "'wald'", "'score'", "'nothing'"),
    "fieldwork": fieldwork,
    "shares": shares,
    "ratings_per_unit": lambda draw: draw.one("None", "2", "3", "1"),
    "cluster_size": lambda draw: draw.one("1", "4", "0"),
    "cluster_correlation": lambda draw: draw.one("0.0", "0.2", "1.0"),
    "drop_out": lambda draw: draw.one("0.0", "0.2", "1.0"),
    "allocation": lambda draw: draw.one("(1, 1)", "[1, 3]", "(1, 1, 1)", "(0, 1)"),
    ("agreement_world", "n_raters"): lambda draw: draw.one("2", "3", "1"),
    ("agreement_world", "scale"): lambda draw: draw.one("None", PAIR),
    ("precision_for_agreement", "width"): positive,
    ("units_for_shift", "at_least"): lambda draw: draw.one("1", "2", "0"),
    ("units_for_comparison", "at_least"): lambda draw: draw.one("1", "2", "0"),
    ("units_for_shift", "test"): lambda draw: draw.one(
        "ilr.sign_test", "ilr.bowker", "ilr.net_shift"
    ),
    ("units_for_comparison", "test"): lambda draw: draw.one(
        "ilr.two_proportions", "ilr.cliffs_delta"
    ),
    **{(one, "threshold"): bar for one in (*PLANS, *TABLE_PLANS)},
    **{(one, "n_units"): lambda draw: str(draw.whole(1, 30)) for one in (*PLANS, *TABLE_PLANS)},
    ("precision_for_agreement", "n_units"): lambda draw: draw.one("None", "20"),
    "n_units": lambda draw: draw.one(str(draw.whole(1, 9)), "(3, 7)", "0", "24"),
    "rows": lambda draw: f"[{figure(draw)}, {figure(draw)}]",
    "columns": lambda draw: f"[{figure(draw)}, {figure(draw)}]",
    "cells": lambda draw: f"[[{figure(draw)}, {figure(draw)}], [{figure(draw)}, None]]",
    "figures": figures,
    "coefficients": lambda draw: draw.one("()", "[(ilr.cohen_kappa, (0.2, 0.9))]"),
    "function": coefficient,
    ("tables_consistent_with", "scale"): lambda draw: PAIR,
    ("identified_range", "tables"): allowed,
    "known": lambda draw: draw.one("0", "-1", "1", "None", "[1, 2, 3]", "'nobody'"),
    "prior": lambda draw: draw.one("0", "0.5", "1", "10", "-1"),
    "n_classes": lambda draw: draw.one("None", "1", "2", "3", "7"),
    "n_starts": lambda draw: str(draw.whole(1, 4)),
    "by_rater": lambda draw: draw.one("True", "False"),
    "source": margins_or_ratings,
    ("Claim", "kind"): lambda draw: repr(draw.one("consistency", "shift", "comparison", "share")),
    ("Claim", "threshold"): lambda draw: draw.one("0.5", "0.8", "(-0.1, 0.2)", "0", "(0.2, 0.1)"),
    ("ordinal_equivalence", "margin"): small,
    ("ordinal_noninferiority", "margin"): small,
    ("Claim", "direction"): lambda draw: repr(draw.one("at least", "less than", "within")),
    ("Interval", "method"): lambda draw: draw.one("''", "'score'"),
    ("Scale", "scores"): lambda draw: draw.one("[1, 2]", "None", "range(5)", "[1, 1]", "[2, 1]"),
    ("agreement_table", "weights"): lambda draw: several(
        draw, literals("agreement_table", "weights")
    ),
    ("agreement_table", "also"): lambda draw: several(draw, literals("agreement_table", "also")),
    ("benchmark", "scale"): bands,
    "group_scores": lambda draw: draw.one("None", "[0, 1]", "(0.5, 2, 9)", "[2, 1]", "{}"),
    ("cochran_mantel_haenszel", "scores"): lambda draw: draw.one("'scale'", "'ranks'"),
    ("d_study", "source"): components,
    ("d_study", "n_raters"): lambda draw: draw.one("(1, 2)", "[5]", "range(1, 9)", "()", "[0]"),
    ("equivalence_test", "method"): lambda draw: repr(draw.one(None, None, *INTERVAL_METHODS)),
    ("grades_from_table", "counts"): counts_of_groups,
    ("group_agreement", "groups"): lambda draw: draw.one(
        "{'a': [0], 'b': [1]}", "{'a': [0, 1], 'b': [2]}", "{'a': [0, -1], 'b': ['x']}", "{'a': []}"
    ),
    ("consensus_agreement", "coefficient"): coefficient,
    ("consensus_agreement", "raters"): members,
    ("ratings_with_consensus", "raters"): members,
    "least": lambda draw: draw.one("1", "2", "3", "0", "2.5"),
    ("ratings_with_consensus", "name"): lambda draw: draw.one(
        "'consensus'", "1", "None", "('a', 1)"
    ),
    ("influential_units", "units"): lambda draw: draw.one("None", "{'a': [1, 2]}", "{}"),
    ("ordinal_equivalence", "method"): lambda draw: repr(draw.one(None, *INTERVAL_METHODS)),
    ("ordinal_noninferiority", "method"): lambda draw: repr(draw.one(None, *INTERVAL_METHODS)),
    ("kappa_by_grade", "coefficient"): coefficient,
    ("pairwise_agreement", "coefficient"): coefficient,
    ("proportional_odds", "group"): group_label,
    ("ratings_from_counts", "counts"): counts_of_units,
    ("ratings_from_frame", "unit"): lambda draw: draw.one(
        f"[{frames.column(draw, 'unit')}, {frames.column(draw, 'grade')}]",
        *[frames.column(draw, "unit")] * 6,
    ),
    ("ratings_from_frame", "rater"): lambda draw: draw.one(
        "None", *[frames.column(draw, "rater")] * 4
    ),
    ("ratings_from_table", "raters"): lambda draw: draw.one("('a', 'b')", "[1, 2]", "('a',)"),
    ("ratings_from_table", "table"): square_table,
    ("ratings_from_wide", "raters"): frames.rater_columns,
    ("noise_only_transitions", "shares"): lambda draw: draw.one(
        "[1, 2, 3]", "[1, 1]", "[0, 1, 1, 1]"
    ),
    ("regression_to_mean_test", "shares"): lambda draw: draw.one(
        "[1, 2, 3]", "[1, 1]", "[0, 1, 1, 1]"
    ),
    ("corrected_shift", "shares"): lambda draw: draw.one("[1, 2, 3]", "[1, 1]", "[0, 1, 1, 1]"),
    ("tipping_point", "shares"): lambda draw: draw.one("[1, 2, 3]", "[1, 1]", "[0, 1, 1, 1]"),
    ("noise_only_transitions", "given"): lambda draw: draw.one("'first'", "'margins'"),
    ("corrected_shift", "error"): lambda draw: draw.one("[[0.9, 0.1], [0.1, 0.9]]", "np.eye(3)"),
    ("corrected_shift", "error_counts"): lambda draw: draw.one("[[9, 1], [1, 9]]", "[[3]]"),
    ("tipping_point", "finding"): lambda draw: draw.one("ilr.sign_test", "ilr.bowker"),
    ("tipping_point", "level"): level,
    ("shift_equivalence", "margin"): lambda draw: draw.one("0.1", "0.3", "(-0.2, 0.1)", "0.01"),
    ("shift_equivalence", "method"): lambda draw: repr(draw.one(None, *INTERVAL_METHODS)),
    ("stratified_relative_effect", "weights"): lambda draw: repr(
        draw.one(*literals("stratified_relative_effect", "weights"))
    ),
    ("threshold_test", "method"): lambda draw: repr(draw.one(None, None, *INTERVAL_METHODS)),
    "survey_weights": lambda draw: draw.one(per_unit(draw), per_unit(draw), "{'a': 1, 'b': 2}"),
    ("tolerance_weights", "scale"): lambda draw: inputs.scale(draw, draw.whole(1, 9)),
    ("agreement_weights", "scale"): lambda draw: inputs.scale(draw, draw.whole(1, 9)),
    ("agreement_weights", "kind"): weights,
    ("ratings_from_annotations", "export"): annotations,
    ("ratings_from_annotations", "tool"): lambda draw: draw.one("'doccano'", "'prodigy'"),
    ("ratings_from_annotations", "question"): lambda draw: draw.one("None", "'tone'"),
    ("ratings_from_annotations", "scale"): lambda draw: draw.one(
        "ilr.Scale([1, 2])", "ilr.Scale([(1,), (2,), (1, 2)], ordered=False)"
    ),
    ("profile_weights", "scale"): lambda draw: draw.one(
        "ilr.Scale([(1, 2), (2, 2)], ordered=False)",
        "ilr.Scale([(1,), (2, 2)], ordered=False)",
        inputs.scale(draw, draw.whole(1, 9)),
    ),
    ("profile_weights", "kind"): weights,
    "area_scale": lambda draw: draw.one("None", "ilr.Scale([1, 2])", "ilr.Scale([1, 3])"),
    "areas": lambda draw: draw.one(
        "{'a': [[1, 2], [2, 2]], 'b': [[1, 1], [2, 1]]}", "{'a': [[1, 2]], 'b': [[1], [2]]}", "{}"
    ),
    ("ratings_from_areas", "scale"): lambda draw: "ilr.Scale([1, 2])",
    ("set_weights", "scale"): lambda draw: draw.one(
        "ilr.Scale([('a',), ('a', 'b'), ()], ordered=False)",
        "ilr.Scale([frozenset('a'), frozenset('bc')], ordered=False)",
        inputs.scale(draw, draw.whole(1, 9)),
    ),
    ("reliability_from_repeats", "sequences"): inputs.ratings,
    ("reliability_from_repeats", "error_correlation"): lambda draw: draw.one(
        "0.0", "0.2", "[0.0, 0.3]", "[]"
    ),
    ("reliability_from_repeats", "thresholds"): lambda draw: draw.one(
        "'occasion'", "'common'", "'framework'", "['a', 'b', 'b']"
    ),
    ("sequences_from_frame", "last"): lambda draw: str(draw.whole(1, 4)),
    ("transitions_from_sequences", "pairs"): lambda draw: draw.one(
        "'consecutive'", "'first_last'", "'all'", "(0, 1)", "(0, -1)", "('first', 'third')"
    ),
    ("transitions_from_table", "table"): square_table,
    ("reproduce", "claim"): lambda draw: f"ilr.published_claims()[{draw.whole(0, 6)}]",
    **{("Protocol", one): positive for one in MADE["Protocol"]},
}
