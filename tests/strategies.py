"""What valid input looks like, said once."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import settings
from hypothesis.extra import numpy as hnp

import ilacs_reliability as ilr

KINDS = ("identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar")
METRICS = ("nominal", "ordinal", "interval", "ratio")

# two units whose ratings can be paired and that use two grades: the least any coefficient needs
_SEEDS = (((0, 0), (1, 1)), ((0, 1), (0, 1)), ((0, 1), (1, 0)), ((0, 0), (0, 1)), ((1, 0), (1, 1)))


def examples(most):
    """Draw so many examples; where all laws are tried quickly, no more of this one."""
    usual, quick = settings.default.max_examples, settings.get_profile("quick").max_examples
    return settings(max_examples=min(most, quick) if usual == quick else most)


def scales(*, min_grades=2, max_grades=5):
    """Scales of whole numbers from 1, whose scores are the grades themselves."""
    sizes = st.integers(min_grades, max_grades)
    return sizes.map(lambda n_grades: ilr.Scale(range(1, n_grades + 1)))


@st.composite
def uneven_scales(draw, *, min_grades=2, max_grades=6):
    """Scales with scores that increase by unequal steps."""
    scores = draw(
        st.lists(st.integers(1, 50), min_size=min_grades, max_size=max_grades, unique=True)
    )
    return ilr.Scale([f"grade {rank}" for rank in range(len(scores))], scores=sorted(scores))


@st.composite
def codes(draw, *, min_raters=2, max_raters=4, max_units=10, n_grades=None, missing=True):
    """Grade indices, -1 for missing, shape (n_units, n_raters), with two grades in pairs.

    Grades up to the highest of the scale may stay unused; units may have one rating or none.
    """
    grades = n_grades or draw(st.integers(2, 4))
    shape = (draw(st.integers(3, max_units)), draw(st.integers(min_raters, max_raters)))
    lowest = -1 if missing else 0
    table = draw(hnp.arrays(np.int8, shape, elements=st.integers(lowest, grades - 1)))
    table[:2, :2] = draw(st.sampled_from(_SEEDS))
    return table


@st.composite
def studies(draw, **limits):
    """Ratings by named raters on a scale of whole numbers from 1."""
    scale = draw(scales(max_grades=4))
    table = draw(codes(n_grades=len(scale), **limits))
    return ilr.ratings_from_codes(table, scale=scale)


@st.composite
def agreeing_codes(draw, *, min_raters=2, max_raters=4, max_units=10, n_grades=3):
    """Grade indices in which all who rated a unit gave it the same grade; two grades are used."""
    n_raters = draw(st.integers(min_raters, max_raters))
    grades = draw(st.lists(st.integers(0, n_grades - 1), max_size=max_units))
    table = np.repeat(np.array([0, 1, *grades], dtype=np.int8)[:, None], n_raters, axis=1)
    gaps = draw(hnp.arrays(np.bool_, table.shape))
    gaps[:2] = False
    return np.where(gaps, np.int8(-1), table)


@st.composite
def counts(draw, *, max_units=12, max_grades=5):
    """Counts with two or more ratings of every unit and two or more grades used."""
    shape = (draw(st.integers(3, max_units)), draw(st.integers(2, max_grades)))
    table = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 4)))
    table[:, 0] += np.maximum(2 - table.sum(axis=1), 0)
    table[0, :2] += 1
    return table


@st.composite
def square_tables(draw, *, min_grades=2, max_grades=5, highest=12):
    """Units by grade of the first rater and of the second; some agree on each of two grades."""
    n_grades = draw(st.integers(min_grades, max_grades))
    cells = hnp.arrays(np.int64, (n_grades, n_grades), elements=st.integers(0, highest))
    table = draw(cells)
    table[0, 0] += 1
    table[1, 1] += 1
    return table


@st.composite
def grouped_tables(draw, *, max_strata=3, max_groups=3, max_grades=5):
    """Units by stratum, group and grade, with a unit in each group of each stratum."""
    shape = tuple(
        draw(st.integers(low, high))
        for low, high in ((1, max_strata), (2, max_groups), (2, max_grades))
    )
    table = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 9)))
    table[..., 0] += 1
    return table


@st.composite
def credit(draw, n_grades):
    """Credit between grades: symmetric, 1 on the diagonal, within 0 to 1, in eighths.

    Different grades never earn full credit, so that disagreement costs something.
    """
    eighths = draw(hnp.arrays(np.int64, (n_grades, n_grades), elements=st.integers(0, 7)))
    matrix = np.triu(eighths, 1) / 8.0
    return matrix + matrix.T + np.eye(n_grades)
