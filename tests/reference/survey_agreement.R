# Agreement of units with survey weights by survey.
# Written with survey 4.1-1. Run: Rscript survey_agreement.R > survey_agreement.json
# Cohen's kappa (svykappa) and the share of units graded alike (svymean, with its design effect for draws with
# replacement), units drawn one by one or in clusters of four in their order. Weights are 1, 2, 3, ..., 7, 1, ...
suppressMessages(library(survey))
source("common.R")

drawn <- function(ratings, size = 1) {
  n <- nrow(ratings)
  frame <- data.frame(a = factor(ratings[, 1]), b = factor(ratings[, 2], levels(factor(ratings[, 1]))),
                      same = as.numeric(ratings[, 1] == ratings[, 2]), w = (seq_len(n) - 1) %% 7 + 1,
                      cluster = (seq_len(n) - 1) %/% size)
  svydesign(ids = ~cluster, weights = ~w, data = frame)
}
kappa_of <- function(r) list(estimate = coef(r)[["kappa"]], standard_error = SE(r)[["kappa"]])
share_of <- function(r) list(estimate = coef(r)[[1]], standard_error = SE(r)[[1]], effect = deff(r)[[1]])
for (k in c("grades_24", "diagnosis")) for (size in c(1, 4)) {
  case(paste(k, "svykappa", size, sep = "."), k,
       sprintf("svykappa(~a + b, drawn(ratings, %d))", size), kappa_of)
  case(paste(k, "svymean", size, sep = "."), k,
       sprintf('svymean(~same, drawn(ratings, %d), deff = "replace")', size), share_of)
}

emit("survey", "survey_agreement.R")
