"""What one claim, or those about one set of ratings, take of a study in one stratum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import told
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._results.wording import listed, significant
from ilacs_reliability.claims.choices import PLAIN, computed, defensible, kappa_beside
from ilacs_reliability.claims.outcomes import CONTRADICTED, SUPPORTED, is_true
from ilacs_reliability.claims.power import samples_of
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.claims.trials import Trial, trial_of, verdict_codes
from ilacs_reliability.planning.deciding import Chances
from ilacs_reliability.planning.drawing import drawn_studies, draws_within, n_cells
from ilacs_reliability.planning.fieldwork import Fieldwork
from ilacs_reliability.planning.worlds import World

# units whose drawing has to be affordable at all
TYPICAL = 200
# a study of two groups is judged by itself
FEW_GROUPS = 400


@dataclass(frozen=True, slots=True)
class RatedPart:
    """Claims about the same ratings of one stratum, judged in the same drawn studies."""

    stratum: str
    claims: tuple[Claim, ...]
    right: tuple[int, ...]
    world: World
    fieldwork: Fieldwork

    def draws(self, n_resamples: int, looks: float) -> int:
        """Return how many studies to draw at each of several looks."""
        cells = len(self.claims) * n_cells(self.world, self.fieldwork, TYPICAL)
        return draws_within(n_resamples, cells, looks=looks)

    def look(self, n_units: int, number: int, rng: np.random.Generator) -> Chances:
        """Return how often studies of this size settle all claims rightly, and some wrongly."""
        batches = drawn_studies(self.world, self.fieldwork, n_units, number, rng)
        counts = np.sum([self._counted(batch) for batch in batches], axis=0)
        return _chances(counts / number, number)

    def _counted(self, studies: Ratings) -> IntArray:
        codes = np.stack([verdict_codes(claim, studies) for claim in self.claims])
        correct = codes == np.array(self.right)[:, None]
        wrong = ~correct & ((codes == SUPPORTED) | (codes == CONTRADICTED))
        return np.array([correct.all(axis=0).sum(), wrong.any(axis=0).sum()])


@dataclass(frozen=True, slots=True)
class CountedPart:
    """A claim about a table of counts of one stratum: a share, moves, or two groups."""

    stratum: str
    claims: tuple[Claim, ...]
    right: tuple[int, ...]
    trial: Trial
    shares: FloatArray
    fieldwork: Fieldwork

    def draws(self, n_resamples: int, looks: float) -> int:
        """Return how many studies to draw at each of several looks."""
        return min(n_resamples, FEW_GROUPS) if self.trial.cells == "groups" else n_resamples

    def look(self, n_units: int, number: int, rng: np.random.Generator) -> Chances:
        """Return how often studies of this size settle the claim rightly, and wrongly."""
        # what drops out is lost, and units in clusters tell less
        left = n_units * (1 - self.fieldwork.drop_out) / self.fieldwork.design_effect
        size: Any = max(round(left), 1)
        if self.trial.cells == "groups":
            size = (max(size // 2, 2), max(size - size // 2, 2))
        samples = samples_of(self.shares, self.trial, size)
        tables = np.hstack([rng.multinomial(n, shares, size=number) for n, shares in samples])
        distinct, times = np.unique(tables, axis=0, return_counts=True)
        codes = self.trial.codes(distinct)
        correct = codes == self.right[0]
        wrong = ~correct & ((codes == SUPPORTED) | (codes == CONTRADICTED))
        return _chances(np.array([times[correct].sum(), times[wrong].sum()]) / number, number)


def parts_of(
    claims: tuple[Claim, ...],
    strata: Mapping[str, Mapping[str, Any]],
    n_raters: int,
    fieldwork: Fieldwork,
) -> list[RatedPart | CountedPart]:
    """Return what is to be settled in each stratum by ratings of so many raters, and by counts."""
    rated = tuple(claim for claim in claims if claim.kind == "consistency")
    found: list[RatedPart | CountedPart] = []
    for stratum, truths in strata.items():
        if rated:
            world = truth_of(rated[0], truths, stratum)
            if not isinstance(world, World):
                raise TypeError(
                    f"`worlds` must be a World, as from `agreement_world`, or a mapping to them, "
                    f"but got {told(world)} for {stratum!r}."
                )
            seen = world if world.n_raters == n_raters else world.with_raters(n_raters)
            right = tuple(_right_of_ratings(claim, seen) for claim in rated)
            found.append(RatedPart(stratum, rated, right, seen, fieldwork))
        found += [
            _counted_part(claim, truth_of(claim, truths, stratum), stratum, fieldwork)
            for claim in claims
            if claim.kind != "consistency"
        ]
    return found


def truth_of(claim: Claim, truths: Mapping[str, Any], stratum: str) -> Any:
    """Return what is supposed of a claim: by its statement, its name or its kind."""
    for key in (claim.statement, claim.name, claim.kind):
        if key and key in truths:
            return truths[key]
    raise ValueError(
        f"`worlds` must say for {stratum!r} what is true of {claim.statement!r}, by its statement "
        f"or as {claim.kind!r}."
    )


def _counted_part(claim: Claim, truth: Any, stratum: str, fieldwork: Fieldwork) -> CountedPart:
    trial = trial_of(claim)
    if trial is None:
        raise ValueError(
            f"`claims` holds {told(claim)}, whose coefficient cannot be planned for here."
        )
    try:
        shares = np.array(truth, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"`worlds` must hold numbers for {stratum!r}, not {told(truth)}.") from None
    if trial.cells == "moves" and shares.ndim == 2 and shares.shape[0] == shares.shape[1]:
        shares = np.array([np.triu(shares, 1).sum(), np.trace(shares), np.tril(shares, -1).sum()])
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"`worlds` must hold shares between 0 and 1, not {told(truth)}.")
    samples_of(shares, trial, (10, 10) if trial.cells == "groups" else 10)
    right = _right(claim, [_value(trial.cells, shares)])
    return CountedPart(stratum, (claim,), (right,), trial, shares, fieldwork)


def _value(cells: str, shares: FloatArray) -> float:
    """Return what is true: a share, a net change, or the relative effect of the second group."""
    if cells == "share":
        return float(shares)
    if cells == "moves":
        return float(shares[0] - shares[2])
    first, second = shares
    return float(second @ (np.cumsum(first) - first / 2))


def _right_of_ratings(claim: Claim, world: World) -> int:
    ratings = world.ratings
    names = (claim.coefficient,) if claim.coefficient else defensible(ratings)
    values = [float(computed(name, ratings, claim.weights).value) for name in names]
    below = False
    if claim.coefficient == PLAIN and is_true(claim, values[0]):
        below = float(computed(kappa_beside(ratings), ratings).value) <= claim.floor
    return _right(claim, values, on_edge=below)


def _right(claim: Claim, values: list[float], *, on_edge: bool = False) -> int:
    """Return the outcome that is right in a world; raise where no study can reach it."""
    near = any(abs(value - edge) < 1e-6 for value in values for edge in claim.margins)
    true = [is_true(claim, value) for value in values]
    if on_edge or near or len(set(true)) > 1:
        shown = listed(significant(value) for value in values)
        raise ValueError(
            f"`claims` holds {told(claim)}, which no study settles in such a world: {shown} lies "
            "on its edge, or its coefficients disagree."
        )
    return SUPPORTED if true[0] else CONTRADICTED


def _chances(shares: Any, n_draws: int) -> Chances:
    settled, wrong = (float(share) for share in shares)
    return Chances(
        supported=settled,
        contradicted=wrong,
        not_shown=max(1 - settled - wrong, 0.0),
        undefined=0.0,
        simulation_error=(settled * (1 - settled) / n_draws) ** 0.5,
        method="simulated",
    )
