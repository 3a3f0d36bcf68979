"""How an estimate and a test's result show themselves in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ilacs_reliability._results.cards import card, interval_svg
from ilacs_reliability._results.wording import (
    counted,
    fixed,
    level,
    p_phrase,
    sentence_start,
    together,
)


def estimate_card(estimate: Any, basis: Callable[[], str], why: str) -> str:
    """Return a card: the number, its interval drawn, what it rests on and does not show.

    Parameters
    ----------
    estimate : Estimate
        A single study or a batch.
    basis : callable
        Says what a single study rests on.
    why : str
        Why it is undefined, where it is.

    Returns
    -------
    str
        HTML.
    """
    name = sentence_start(estimate.label or estimate.name)
    if np.ndim(estimate.value):
        studies = counted(np.size(estimate.value), "study", "studies")
        return card(name, studies, soft=estimate.notes)
    lines, soft = (f"From {basis()}.",), _soft(estimate)
    if estimate.status == "undefined":
        return card(name, "undefined", lines=(f"{sentence_start(why)}.", *lines), soft=soft)
    more = {
        "observed": estimate.observed,
        "expected": estimate.expected,
        "weights": estimate.weights,
        "standard_error": estimate.standard_error,
        "function": f"ilr.{estimate.name}()",
    }
    if not estimate.methods:
        return card(name, fixed(estimate.value, 2), lines=lines, soft=soft, more=more)
    interval = estimate.confidence_interval()
    value, low, high = together(estimate.value, *interval, decimals=2)
    return card(
        name,
        value,
        beside=f"{level(interval.confidence_level)} interval {low} to {high}",
        picture=interval_svg(estimate.value, *interval, ends=estimate.range),
        lines=lines,
        soft=soft,
        more={"interval": interval.method} | more,
    )


def result_card(
    result: Any, basis: Callable[[], str], why: str, effect: Callable[[Any], str]
) -> str:
    """Return a card: the p-value, of which hypothesis, the effect, and what it does not show.

    Parameters
    ----------
    result : SignificanceResult
        A test's result.
    basis, effect : callable
        Say what it rests on, and an effect in words.
    why : str
        Why it is undefined, where it is.

    Returns
    -------
    str
        HTML.
    """
    name, soft = sentence_start(result.label or result.name), _soft(result)
    lines, picture, shown = [f"From {basis()}."], "", result.effect
    if result.status == "undefined":
        return card(name, "undefined", lines=(f"{sentence_start(why)}.", *lines), soft=soft)
    if shown is not None and shown.status == "ok" and not np.ndim(shown.value):
        lines.append(f"{sentence_start(effect(shown))}.")
        if shown.methods:
            picture = interval_svg(shown.value, *shown.confidence_interval(), ends=shown.range)
    more = {name: getattr(result, name) for name in ("method", "statistic", "df", "alternative")}
    return card(
        name,
        p_phrase(result.p_value),
        beside=f"for the hypothesis that {result.null}" if result.null else "",
        picture=picture,
        lines=lines,
        soft=soft,
        more=more | {"function": f"ilr.{result.name}()"},
    )


def _soft(result: Any) -> tuple[str, ...]:
    """Return what it does not show, and its notes."""
    return (f"It does not show {result.limits}." if result.limits else "", *result.notes)
