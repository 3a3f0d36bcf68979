# Sample sizes, power and precision by R's irr, kappaSize, presize, TOSTER and stats.
# Written with irr 0.84.1, kappaSize 1.2, presize 0.3.7, TOSTER 0.9.0 (of the last only
# R/power_two_proportions.R is needed). Run: Rscript planning.R > planning.json
# The documented example of N.cohen.kappa gives the truth where its text gives the null; both
# orders are kept. PowerBinary's raters beyond two agree all or none; its sums are for a test of
# goodness of fit. N2.cohen.kappa takes the largest standard error that the margins allow.
source("common.R")

one <- function(n) list(n = n)
case("N.cohen.kappa.documented", NULL, "irr::N.cohen.kappa(0.5, 0.5, 0.7, 0.85)", one)
case("N.cohen.kappa.as_described", NULL, "irr::N.cohen.kappa(0.5, 0.5, 0.85, 0.7)", one)
case("N.cohen.kappa.unequal", NULL, "irr::N.cohen.kappa(0.3, 0.4, 0.75, 0.5)", one)
case("N.cohen.kappa.power", NULL, "irr::N.cohen.kappa(0.2, 0.2, 0.8, 0.6, power = 0.9)", one)
case("N.cohen.kappa.two_sided", NULL,
     "irr::N.cohen.kappa(0.9, 0.85, 0.6, 0.4, twosided = TRUE)", one)
case("N2.cohen.kappa.three", NULL, "irr::N2.cohen.kappa(c(0.2, 0.25, 0.55), k1 = 0.6, k0 = 0.4)", one)
case("N2.cohen.kappa.three_90", NULL,
     "irr::N2.cohen.kappa(c(0.2, 0.25, 0.55), k1 = 0.6, k0 = 0.4, power = 0.9)", one)

for (raters in 2:6) {
  case(paste0("PowerBinary.", raters), NULL, sprintf(
    "kappaSize::PowerBinary(kappa0 = 0.4, kappa1 = 0.6, props = 0.3, raters = %d)", raters),
    function(x) list(n = x$N))
  case(paste0("FixedNBinary.", raters), NULL, sprintf(
    "kappaSize::FixedNBinary(kappa0 = 0.7, n = 100, props = 0.5, raters = %d)", raters),
    function(x) list(low = x$kappaL))
}
case("Power3Cats", NULL,
     "kappaSize::Power3Cats(kappa0 = 0.4, kappa1 = 0.6, props = c(0.25, 0.25, 0.5), raters = 2)",
     function(x) list(n = x$N))
case("Power4Cats", NULL,
     "kappaSize::Power4Cats(kappa0 = 0.6, kappa1 = 0.8, props = c(0.1, 0.2, 0.4, 0.3), raters = 3)",
     function(x) list(n = x$N))
case("CIBinary", NULL, "kappaSize::CIBinary(kappa0 = 0.4, kappaL = 0.3, kappaU = 0.5, props = 0.3)",
     function(x) list(n = x$n))

width <- function(x) list(n = x$n, width = x$conf.width)
case("prec_kappa.n", NULL, "presize::prec_kappa(0.5, n = 200, raters = 4, props = c(0.3, 0.7))", width)
case("prec_kappa.two", NULL, "presize::prec_kappa(0.7, n = 150, raters = 2, props = c(0.4, 0.6))", width)
case("prec_kappa.width", NULL,
     "presize::prec_kappa(0.5, conf.width = 0.15, raters = 4, props = c(0.3, 0.7))", width)
case("prec_prop.cp", NULL, "presize::prec_prop(0.9, n = 100, method = 'exact')", width)

size <- function(x) list(n = x$n, power = x$power)
case("power_twoprop.equivalence", NULL, paste0("TOSTER::power_twoprop(p1 = 0.5, p2 = 0.5, ",
     "null = 0.1, alpha = 0.05, power = 0.9, alternative = 'e')"), size)
case("power_twoprop.julious", NULL, paste0("TOSTER::power_twoprop(p1 = 0.8, p2 = 0.8, ",
     "null = 0.1, alpha = 0.025, power = 0.9, alternative = 'e')"), size)
case("power_twoprop.machin", NULL, paste0("TOSTER::power_twoprop(p1 = 0.5, p2 = 0.5, ",
     "null = 0.2, alpha = 0.01, power = 0.8, alternative = 'e')"), size)
case("power_twoprop.given", NULL, paste0("TOSTER::power_twoprop(p1 = 0.5, p2 = 0.5, ",
     "null = 0.1, alpha = 0.05, n = 542, alternative = 'e')"), size)

emit(c("irr", "kappaSize", "presize", "TOSTER"), "planning.R")
