"""Tables of very many grades: each function answers within time and memory, or says it cannot."""

import time
import tracemalloc

import numpy as np
import pytest

import ilacs_reliability as ilr


def table_of(n_grades, most=3):
    counts = np.random.default_rng(n_grades).integers(0, most, (n_grades, n_grades))
    return ilr.transitions_from_table(counts, scale=ilr.Scale(list(range(n_grades))))


def test_symmetry_takes_no_memory_of_pairs_by_pairs_of_grades():
    table = table_of(120)
    tracemalloc.start()
    result = ilr.bowker(table)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6
    gaps, sums = table.counts - table.counts.T, table.counts + table.counts.T
    wanted = np.divide(gaps**2, sums, out=np.zeros(sums.shape), where=sums > 0).sum() / 2
    assert result.statistic == pytest.approx(wanted)
    assert result.effect.influence @ result.effect.frequencies == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("function", "n_grades"),
    [
        (ilr.transition_shares, 120),
        (ilr.pairwise_symmetry, 150),
        (ilr.marginal_shift_by_grade, 500),
        (ilr.stuart_maxwell, 700),
        (ilr.bhapkar, 700),
    ],
)
def test_too_many_grades_for_memory_are_refused_before_the_work(function, n_grades):
    with pytest.raises(ValueError, match=r"`table` has .*: join grades, or ask `\w+`\.$"):
        function(table_of(n_grades))


def test_so_many_pairs_of_clusters_are_refused():
    grades = np.array([(a, b) for a in range(80) for b in range(80) if a != b])
    clusters = np.arange(len(grades)) % 50
    ratings = ilr.ratings_from_codes(
        grades, scale=ilr.Scale(list(range(80))), clusters=clusters, design="repeat"
    )
    with pytest.raises(ValueError, match="moves in 3,160 directions"):
        ilr.bowker(ratings)


def test_exact_symmetry_of_many_pairs_gives_way_to_draws_at_once():
    table = table_of(150, 6)
    start = time.process_time()
    result = ilr.bowker(table, method="exact", n_resamples=99, rng=1)
    # listing their sums takes ten times as long
    assert time.process_time() - start < 4
    assert "monte_carlo with 99 draws" in result.method
