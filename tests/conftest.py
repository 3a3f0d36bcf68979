"""Settings that every test shares."""

import os

from hypothesis import HealthCheck, settings

# how fast a machine draws, and how often the drawn case is one that a law speaks of, fail no test
UNHURRIED = [HealthCheck.too_slow, HealthCheck.filter_too_much]
# each law runs for every coefficient and kind of credit, so a few examples of each are many
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    max_examples=25,
    suppress_health_check=UNHURRIED,
)
settings.register_profile("quick", parent=settings.get_profile("ci"), max_examples=5)
# other draws in every run, and four times as many
settings.register_profile("hunt", deadline=None, suppress_health_check=UNHURRIED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "ci")

# scripts that call other programs: run by hand, their results are stored beside them
collect_ignore_glob = ["reference/*.py"]
