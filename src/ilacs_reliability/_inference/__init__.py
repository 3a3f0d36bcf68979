"""How sure, for any statistic: limits, thresholds, resampling and many p-values at once."""
