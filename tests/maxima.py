"""Maxima of other programs' likelihoods: how the optimiser of a peer ends differs by machine."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize
from statsmodels.miscmodels.ordinal_model import OrderedModel


class Fit(NamedTuple):
    """Coefficients, then thresholds, at the maximum; and the log likelihood there."""

    params: npt.NDArray[np.float64]
    llf: float


def cumulative_logit(grade, covariates):
    """Maximise the likelihood of statsmodels' `OrderedModel` with a logit link."""
    model = OrderedModel(grade, covariates, distr="logit")

    def loss(params):
        return -model.loglike(params)

    found = optimize.minimize(loss, model.start_params, method="Nelder-Mead", options=FINE)
    found = optimize.minimize(loss, found.x, method="Nelder-Mead", options=FINE)
    return Fit(found.x, -found.fun)


FINE = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000, "adaptive": True}
