# Agreement between two groups of raters by kappaGold.
# Written with kappaGold 0.4.0. Run: Rscript kappagold_agreement.R > kappagold_agreement.json
# Vanbelle and Albert's kappa: `value0` as they define it, `value` and `se` after leaving out each unit in turn.
library(kappaGold)
source("common.R")

for (w in c("unweighted", "linear", "quadratic")) case(
  paste("script_concordance", w, sep = "."), "script_concordance",
  sprintf('kappam_vanbelle(ratings, refIdx = 1:39, ratingScale = -2:2, weights = "%s")', w),
  function(r) r[c("value0", "value", "se")])

emit("kappaGold", "kappagold_agreement.R")
