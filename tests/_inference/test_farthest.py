"""The ends of a statistic over shares that the data do not speak against."""

import numpy as np
import pytest
from scipy import optimize

from closeness import close
from ilacs_reliability._inference.farthest import farthest

REACH = 3.84


def mean_of(scores):
    """A statistic that is linear in the shares."""
    return lambda shares: (shares @ scores, scores - (shares @ scores)[:, None])


def variance_of(scores):
    """A statistic that is concave, so that its least value has rivals."""

    def evaluate(shares):
        mean = shares @ scores
        apart = (scores - mean[:, None]) ** 2
        variance = np.vecdot(shares, apart)
        return variance, apart - variance[:, None]

    return evaluate


def ends(evaluate, times, reach=REACH):
    times = np.asarray(times, dtype=float)
    low, high = farthest(
        evaluate, times, np.full((2, *times.shape[:-1]), reach), np.ones(times.shape, dtype=bool)
    )
    return low, high


def fall(share, seen, total):
    """Twice the fall of a binomial log likelihood from its maximum."""
    parts = [(seen, share), (total - seen, 1 - share)]
    return 2 * sum(k * np.log(k / total / p) for k, p in parts if k)


@pytest.mark.parametrize(("seen", "total"), [(9, 10), (3, 8), (50, 53)])
def test_a_share_has_the_binomial_likelihood_limits(seen, total):
    low, high = ends(mean_of(np.array([0.0, 1.0])), [total - seen, seen])
    assert low < seen / total < high
    assert fall(float(low), seen, total) == pytest.approx(REACH, rel=1e-8)
    assert fall(float(high), seen, total) == pytest.approx(REACH, rel=1e-8)


@pytest.mark.parametrize("total", [4, 12, 150])
def test_what_was_never_seen_gets_what_the_likelihood_leaves(total):
    low, high = ends(mean_of(np.array([0.0, 1.0])), [0, total])
    assert low == close(np.exp(-REACH / (2 * total)))
    assert high == close(1.0)


def test_a_mean_has_the_empirical_likelihood_limits():
    # times / (c + gap) at the c where the fall is the reach, by bisection
    scores, times = np.array([0.0, 1.0, 2.5, 4.0]), np.array([5.0, 3.0, 4.0, 1.0])

    def shares(c):
        weighed = times / (c + scores)
        return weighed / weighed.sum()

    def excess(c):
        return 2 * (times * np.log(times / times.sum() / shares(c))).sum() - REACH

    c = optimize.brentq(excess, 1e-9, 1e9, xtol=1e-14)
    assert ends(mean_of(scores), times)[0] == pytest.approx(float(shares(c) @ scores), rel=1e-8)


@pytest.mark.parametrize("times", [(1, 1, 2), (4, 0, 2), (0, 7, 1), (3, 3, 3), (2, 0, 0)])
@pytest.mark.parametrize("reach", [1.0, 8.0])
def test_no_shares_of_a_grid_lie_beyond_the_ends(times, reach):
    scores, total = np.array([0.0, 1.0, 3.0]), sum(times)
    grid = np.linspace(0, 1, 301)
    first, second = (each.ravel() for each in np.meshgrid(grid, grid))
    shares = np.column_stack([first, second, 1 - first - second])
    shares = shares[shares[:, 2] >= -1e-12].clip(0, 1)
    with np.errstate(divide="ignore"):
        logs = np.where(np.array(times) > 0, np.log(shares), 0.0)
    top = sum(k * np.log(k / total) for k in times if k)
    allowed = shares[2 * (top - logs @ np.array(times)) <= reach]
    values = variance_of(scores)(allowed)[0]
    low, high = ends(variance_of(scores), times, reach)
    assert low <= values.min() + 1e-9
    # the grid comes near, too
    assert values.min() == pytest.approx(float(low), abs=0.05)
    assert values.max() == pytest.approx(float(high), abs=0.05)


def test_many_studies_are_as_each_alone():
    # of two patterns and of four, of many units and of few
    rng = np.random.default_rng(1)
    times = np.concatenate([rng.multinomial(n, [0.4, 0.3, 0.2, 0.1], size=8) for n in (6, 30)])
    times[::2, 2:] = 0
    allowed = np.ones(times.shape, dtype=bool)
    allowed[::2, 2:] = False
    reach = np.full((2, len(times)), REACH) * [[1.0], [1.5]]
    evaluate = variance_of(np.array([0.0, 1.0, 2.0, 5.0]))
    together = np.array(farthest(evaluate, times.astype(float), reach, allowed))
    alone = [
        farthest(evaluate, one, far, may)
        for one, far, may in zip(times.astype(float), reach.T, allowed, strict=True)
    ]
    np.testing.assert_allclose(together, np.transpose(alone), atol=1e-9)
