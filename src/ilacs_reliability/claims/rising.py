"""Whether more units rose than fell, and whether that is more than the ends of the scale make."""

from __future__ import annotations

import numpy as np

from ilacs_reliability._data.scales import OFSTED_SCALE, IntArray
from ilacs_reliability._data.tables import transitions_from_table
from ilacs_reliability._results.wording import whole
from ilacs_reliability.claims.assessing import Assessment, nothing
from ilacs_reliability.claims.evidence import moves
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.phrases import improved_of_moved, moved, signed, some, with_level
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.shift.movement import net_shift


def more_rose(claim: Claim, table: IntArray, *, also: tuple[str, ...] = ()) -> Assessment:
    """Judge whether more rose than fell, by the share that rose of those that moved."""
    up, same, down = moves(table)
    if not up + same + down:
        return nothing(claim)
    shift = net_shift(transitions_from_table(table, scale=OFSTED_SCALE))
    low, high = shift.net.confidence_interval(claim.confidence_level)
    net = f"net {signed(shift.net.value)} ({signed(low)} to {signed(high)})"
    counts = f"{moved((up, same, down))} of {whole(shift.n_units)}"
    if not up + down:
        details = (_room(shift), *also)
        return nothing(claim, "no grade moved", recomputed=f"{counts}; {net}", details=details)
    share = improved_of_moved(up, down)
    return Assessment(
        claim=claim,
        recomputed=f"{counts}; rose {with_level(share, claim)} of those that moved; {net}",
        verdict=judge(claim, share),
        details=(*_free_to_move(claim, table), _room(shift), *also),
        moves=(up, same, down),
    )


def _free_to_move(claim: Claim, table: IntArray) -> list[str]:
    """Judge once more without the ends of the scale, from where grades move one way only."""
    inner = np.zeros_like(table)
    inner[1:-1] = table[1:-1]
    up, _, down = moves(inner)
    if not up + down or not table[[0, -1]].sum():
        return []
    verdict = judge(claim, improved_of_moved(up, down))
    return [
        f"Of those that could move both ways {some(up)} rose and {some(down)} fell: by these alone "
        f"it is {verdict.outcome}."
    ]


def _room(shift: object) -> str:
    up, down = (int(getattr(shift, name).n_units) for name in ("room_up", "room_down"))
    if up == down:
        room = f"Room to move was equal: {whole(up)} could rise and as many could fall"
    else:
        room = f"Room to move was unequal: {some(up)} could rise and {some(down)} could fall"
    return f"{room}; grades far from the average return to it by error alone."
