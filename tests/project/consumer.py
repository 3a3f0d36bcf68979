"""A program that uses the library, for `make lint` to check as strictly as its author would."""

from typing import assert_type

import numpy as np
import numpy.typing as npt

import ilacs_reliability as ilr

SCALE = ilr.Scale(["poor", "fair", "good"])


def agreement(codes: npt.NDArray[np.int8]) -> tuple[float, float, float]:
    ratings = assert_type(ilr.ratings_from_codes(codes, scale=SCALE), ilr.Ratings)
    kappa = assert_type(ilr.cohen_kappa(ratings, weights="linear"), ilr.Estimate)
    low, high = kappa.confidence_interval(confidence_level=0.9)
    assert_type(kappa.describe(), str)
    return float(kappa), low, high


def shift(table: list[list[int]]) -> float:
    moves = assert_type(ilr.transitions_from_table(table, scale=SCALE), ilr.Transitions)
    found = assert_type(ilr.stuart_maxwell(moves), ilr.SignificanceResult)
    return float(found.p_value)


def verdict(ratings: ilr.Ratings) -> str:
    claim = ilr.Claim(statement="They agree.", kind="consistency", threshold=0.6)
    answer = assert_type(ilr.judge(claim, ratings), ilr.Verdict)
    return answer.outcome


def wrong(ratings: ilr.Ratings) -> None:
    ilr.cohen_kappa(ratings, weight="linear")  # type: ignore[call-arg]
    ilr.gwet_ac(ratings, weights=3)  # type: ignore[arg-type]
