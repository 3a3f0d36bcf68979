"""Ratings, transitions and groups of every form, each as Python text."""

from collections.abc import Callable, Sequence

from fuzzing.draws import Draw, Rows, text, written

nan = float("nan")
LABELS = ("poor", "fair", "good", "fine", "great", "A", "B", "C", "é", "ten & <more>")


def scale(draw: Draw, n_grades: int) -> str:
    """A scale of so many grades, which later options then name."""
    style = draw.one("ofsted", "words", "numbers", "scores", "unordered", "odd")
    if style == "ofsted" and n_grades == 4:
        draw.grades = ("'inadequate'", "'requires improvement'", "'good'", "'outstanding'", "'RI'")
        return "ilr.OFSTED_SCALE"
    if style in ("numbers", "ofsted"):
        draw.grades = tuple(map(str, range(1, n_grades + 1)))
        return f"ilr.Scale(range(1, {n_grades + 1}))"
    if style == "odd":
        draw.grades = tuple(repr(0.5 * x - 1) for x in range(n_grades))
        return f"ilr.Scale([{', '.join(draw.grades)}])"
    draw.grades = tuple(map(repr, LABELS[:n_grades]))
    listed = f"[{', '.join(draw.grades)}]"
    if style == "scores":
        steps = [draw.one(1, 2, 0.5, 10, 1e6) for _ in range(n_grades)]
        scores = [sum(steps[:k]) for k in range(n_grades)]
        return f"ilr.Scale({listed}, scores={scores})"
    return f"ilr.Scale({listed}{', ordered=False' if style == 'unordered' else ''})"


# what a function is for, which most of its input is
OF_TWO = {"cohen_kappa", "scott_pi", "bangdiwala_b", "kappa_max", "marginal_indices", "lin_ccc"}
OF_MORE = {"generalise", "influential_raters"}
OF_KNOWN = {
    "cohen_kappa", "bangdiwala_b", "kappa_max", "marginal_indices", "pairwise_agreement",
    "influential_raters", "conger_kappa", "light_kappa", "kendall_w", "kendall_w_test", "icc",
    "icc_test", "variance_components", "d_study", "cochran_q", "friedman", "madansky", "generalise",
    "lin_ccc",
}  # fmt: skip
OF_ANY_GROUPS = {"cochran_mantel_haenszel", "brunner_munzel", "jonckheere", "overlap_report"} | {
    "grades_from_table", "proportional_odds", "proportional_odds_test", "parallel_lines_test",
    "mann_whitney",
}  # fmt: skip
OF_STRATA = {"heterogeneity", "stratified_relative_effect", "van_elteren"}


def _fitting(draw: Draw, shares: Sequence[tuple[float, int]]) -> int:
    if draw.purpose in OF_TWO and draw.chance(0.9):
        return 2
    if draw.purpose in OF_MORE and draw.chance(0.9):
        return draw.whole(3, 5)
    return draw.weighted(shares)


def codes(draw: Draw, n_grades: int, *, absent: float = -1) -> Rows:
    """Grades of units by raters: alike, at odds, constant, sparse, with gaps or without."""
    n_units = draw.weighted(((1, 1), (2, 2), (10, draw.whole(3, 12)), (1, draw.whole(13, 60))))
    n_raters = _fitting(draw, ((1, 1), (10, 2), (5, 3), (3, draw.whole(4, 6)), (0.2, 20)))
    gaps = draw.one(0.0, 0.0, 0.0, 0.1, 0.4, 0.9)
    same = draw.one(0.0, 0.5, 0.8, 1.0)
    used = draw.one(n_grades, n_grades, 1, min(2, n_grades))
    rows = []
    for _ in range(n_units):
        first = draw.whole(0, used - 1)
        row = [first if draw.chance(same) else draw.whole(0, used - 1) for _ in range(n_raters)]
        rows.append([absent if gaps and draw.chance(gaps) else grade for grade in row])
    draw.shape = (n_units, n_raters)
    return rows


def numbers(draw: Draw) -> Rows:
    """Plain ratings: whole numbers, halves, or measurements of any size."""
    n_grades = draw.whole(1, 10) if draw.chance(0.3) else draw.whole(2, 4)
    rows = codes(draw, n_grades, absent=nan)
    style = draw.one("index", "index", "from one", "halves", "measured", "huge", "tiny")
    step, start = {
        "index": (1, 0),
        "from one": (1, 1),
        "halves": (0.5, -1.0),
        "measured": (1.0, 0.0),
        "huge": (1e300, -1e300),
        "tiny": (1e-300, 0.0),
    }[style]
    noise = draw.random if style == "measured" else float
    made = [[x if x != x else start + step * x + noise() for x in row] for row in rows]
    whole = style in ("index", "from one")
    draw.grades = tuple(sorted({repr(x) for row in made for x in row if x == x})) or ("1",)
    return [[int(x) if whole and x == x else x for x in row] for row in made]


def plain_ratings(draw: Draw) -> str:
    return written(draw, numbers(draw))


def _size(draw: Draw) -> int:
    return draw.weighted(
        ((5, draw.whole(0, 3)), (5, draw.whole(0, 30)), (1, 10**4), (1, 10**9), (0.5, 2**50))
    )


def coded_ratings(draw: Draw) -> str:
    n_grades = draw.weighted(((1, 1), (4, 2), (4, 3), (4, 4), (1, 10)))
    declared = scale(draw, n_grades)
    rows = codes(draw, n_grades)
    n_units, n_raters = draw.shape
    options = [f"scale={declared}"]
    if draw.chance(0.3):
        options.append(f"frequencies={[_size(draw) for _ in rows]}")
    if draw.chance(0.3):
        options.append(f"clusters={[draw.whole(0, max(1, n_units // 2)) for _ in rows]}")
    if draw.chance(0.2):
        options.append(f"raters={LABELS[:n_raters]}" if n_raters <= 10 else "raters=range(20)")
    if draw.chance(0.2):
        options.append(f"units=range({n_units})")
    if draw.chance(0.2):
        options.append("design='repeat'")
    return f"ilr.ratings_from_codes({text(rows)}, {', '.join(options)})"


def labelled_ratings(draw: Draw) -> str:
    declared = scale(draw, draw.whole(1, 5))
    n_units, n_raters = draw.whole(1, 8), draw.whole(1, 4)
    cells = [
        [draw.one(*draw.grades, *draw.grades, "None", "nan", "''") for _ in range(n_raters)]
        for _ in range(n_units)
    ]
    draw.shape = (n_units, n_raters)
    listed = ", ".join(f"[{', '.join(row)}]" for row in cells)
    return f"ilr.ratings_from_matrix([{listed}], scale={declared})"


def anonymous_ratings(draw: Draw) -> str:
    n_grades = draw.whole(1, 5)
    declared = scale(draw, n_grades)
    each = draw.whole(1, 5)
    rows = []
    for _ in range(draw.whole(1, 10)):
        row = [0] * n_grades
        for _ in range(each if draw.chance(0.8) else draw.whole(0, 4)):
            row[draw.whole(0, n_grades - 1)] += 1
        rows.append(row)
    rows[0][0] += 1
    draw.shape = (len(rows), each)
    times = f", frequencies={[1 + _size(draw) for _ in rows]}" if draw.chance(0.3) else ""
    return f"ilr.ratings_from_counts({text(rows)}, scale={declared}{times})"


def crossed_ratings(draw: Draw) -> str:
    rows = square(draw)
    draw.shape = (len(rows), 2)
    return f"ilr.ratings_from_table({text(rows)}, scale={scale(draw, len(rows))})"


def weighted_ratings(draw: Draw) -> str:
    """One study or many over the same patterns, of fractions of units, of none, or no study."""
    n_grades = draw.whole(2, 4)
    rows = [list(row) for row in sorted({tuple(row) for row in codes(draw, n_grades)})]
    base = f"ilr.ratings_from_codes({text(rows)}, scale={scale(draw, n_grades)})"
    if all(x < 0 for row in rows for x in row):
        rows[0][0] = 0
        base = f"ilr.ratings_from_codes({text(rows)}, scale={scale(draw, n_grades)})"
    kind = draw.one("fractions", "batch", "batch", "batch of batches", "none")
    if kind == "none":
        return f"{base}.with_frequencies(np.zeros((0, {len(rows)})))"
    if kind == "fractions":
        return f"{base}.with_frequencies({[round(3 * draw.random(), 2) for _ in rows]})"
    studies = [[_size(draw) for _ in rows] for _ in range(draw.whole(1, 4))]
    if draw.chance(0.3):
        studies[0] = [0] * len(rows)
    if draw.chance(0.3):
        studies[-1] = [1] + [0] * (len(rows) - 1)
    return f"{base}.with_frequencies({text([studies] if kind == 'batch of batches' else studies)})"


def many_ratings(draw: Draw) -> str:
    """More units, raters or distinct values than anyone would write down."""
    units, raters, grades = draw.one(
        (10**5, 2, 4), (10**4, 5, 3), (2000, 2, 2000), (60, 200, 4), (3, 1000, 2), (300, 8, 10)
    )
    values = (
        f"np.random.default_rng({draw.whole(0, 99)}).integers(0, {grades}, ({units}, {raters}))"
    )
    draw.shape = (units, raters)
    draw.grades = tuple(map(str, range(min(grades, 10))))
    if grades <= 10 and draw.chance(0.5):
        return f"ilr.ratings_from_codes({values}, scale=ilr.Scale(range({grades})))"
    return values if draw.chance(0.7) else f"{values} + 0.5"


def ratings(draw: Draw) -> str:
    chosen = draw.weighted(RATINGS)
    if chosen is anonymous_ratings and draw.purpose in OF_KNOWN and draw.chance(0.9):
        chosen = crossed_ratings
    return chosen(draw)


RATINGS: Sequence[tuple[float, Callable[[Draw], str]]] = (
    (8, plain_ratings),
    (8, coded_ratings),
    (2, labelled_ratings),
    (2, anonymous_ratings),
    (2, crossed_ratings),
    (2, weighted_ratings),
    (0.02, many_ratings),
)


def square(draw: Draw, n_grades: int = 0) -> Rows:
    """Units by grade before and after: small, empty in places, one-sided or huge."""
    q = n_grades or draw.weighted(((1, 1), (6, 2), (6, 3), (4, 4), (0.5, 7), (0.5, 10)))
    style = draw.one("small", "small", "zeros", "still", "up", "one unit", "medium", "huge", "mix")
    high = {"small": 9, "medium": 400, "huge": 2 ** draw.whole(30, 45)}.get(style, 20)
    share = draw.one(0.3, 0.7) if style == "zeros" else 0.0
    rows = [
        [0 if share and draw.chance(share) else draw.whole(0, high) for _ in range(q)]
        for _ in range(q)
    ]
    if style == "mix":
        rows = [[_size(draw) for _ in range(q)] for _ in range(q)]
    if style == "one unit":
        rows = [[0] * q for _ in range(q)]
    for i in range(q):
        for j in range(q):
            if (style == "still" and i != j) or (style == "up" and i > j):
                rows[i][j] = 0
    if not any(map(any, rows)):
        rows[draw.whole(0, q - 1)][draw.whole(0, q - 1)] = 1
    draw.grades = tuple(map(str, range(1, q + 1)))
    return rows


def table(draw: Draw) -> str:
    """Transitions as a plain table, a record, or ratings on two dates."""
    if draw.chance(0.15):
        draw.purpose = "cohen_kappa"
        return draw.one(coded_ratings, crossed_ratings, labelled_ratings)(draw)
    rows = square(draw)
    if draw.chance(0.3):
        return f"ilr.transitions_from_table({text(rows)}, scale={scale(draw, len(rows))})"
    return written(draw, rows)


def tables(draw: Draw) -> str:
    """Several strata of transitions, in a list, a mapping or an array."""
    n_grades = draw.whole(2, 4)
    made = [square(draw, n_grades) for _ in range(draw.weighted(((1, 1), (5, 2), (3, 3), (1, 8))))]
    if draw.chance(0.2):
        return "{" + ", ".join(f"'s{k}': {text(rows)}" for k, rows in enumerate(made)) + "}"
    return draw.one(text(made), f"np.array({text(made)})", f"[{', '.join(map(text, made))}]")


def _cells(draw: Draw, n_groups: int, q: int, style: str) -> Rows:
    high = {"small": 9, "medium": 300, "huge": 2 ** draw.whole(30, 44)}.get(style, 12)
    share = 0.6 if style == "zeros" else 0.1
    rows = [
        [0 if draw.chance(share) else draw.whole(0, high) for _ in range(q)]
        for _ in range(n_groups)
    ]
    if style == "apart":
        rows = [[x if (j < q / 2) == (i == 0) else 0 for j, x in enumerate(row)] for i, row in
                enumerate(rows)]  # fmt: skip
    if style == "mix":
        rows = [[_size(draw) for _ in range(q)] for _ in range(n_groups)]
    if style == "alike":
        rows = [list(rows[0]) for _ in rows]
    if style == "rare":
        rows = [[10 ** draw.whole(3, 12), *(draw.whole(0, 1) for _ in row[1:])] for row in rows]
    return rows


def grades(draw: Draw) -> str:
    """Groups by grades, in one stratum or several: a plain table or a record."""
    q = draw.weighted(((1, 1), (6, 2), (6, 3), (4, 4), (1, 10)))
    n_groups = draw.weighted(((0.5, 1), (12, 2), (3, 3), (1, 5)))
    if draw.purpose not in OF_ANY_GROUPS and draw.chance(0.9):
        n_groups = 2
    n_strata = draw.weighted(((8, 0), (1, 1), (4, draw.whole(2, 4)), (0.3, 30)))
    if draw.purpose in OF_STRATA and draw.chance(0.7):
        n_strata = draw.whole(2, 4)
    style = draw.one("small", "small", "zeros", "apart", "medium", "huge", "mix", "alike", "rare")
    made = [_cells(draw, n_groups, q, style) for _ in range(max(n_strata, 1))]
    q = len(made[0][0])
    made[0][0][-1] = made[0][0][-1] or 1
    made[0][-1][0] = made[0][-1][0] or 1
    draw.grades = tuple(map(str, range(1, q + 1)))
    draw.groups = tuple(repr(f"group {k}") for k in range(1, n_groups + 1))
    rows = made if n_strata else made[0]
    if draw.chance(0.3):
        named = ""
        if draw.chance(0.5):
            draw.groups = tuple(
                map(repr, ("short", "standard", "focused", "4th", "5th")[:n_groups])
            )
            named = f", groups=[{', '.join(draw.groups)}]"
        return f"ilr.grades_from_table({text(rows)}, scale={scale(draw, q)}{named})"
    return written(draw, rows)


def many_grades(draw: Draw) -> str:
    """More strata or grades than anyone would write down."""
    strata, q, high = draw.one((1000, 4, 5), (10**4, 2, 3), (1, 60, 9), (3, 4, 10**5))
    draw.grades, draw.groups = tuple(map(str, range(1, q + 1))), ("'group 1'", "'group 2'")
    return f"np.random.default_rng({draw.whole(0, 99)}).integers(1, {high}, ({strata}, 2, {q}))"


def any_grades(draw: Draw) -> str:
    return many_grades(draw) if draw.chance(0.001) else grades(draw)
