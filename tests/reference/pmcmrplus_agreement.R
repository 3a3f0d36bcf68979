# Raters who did not all rate all units, tested for no agreement, by PMCMRplus and, with tied ranks, by coin.
# Written with PMCMRplus 1.9.10, of which it reads the two files that it needs from a folder with its
# source, and coin 1.4-2. Run: PMCMRPLUS=folder Rscript pmcmrplus_agreement.R > pmcmrplus_agreement.json
# PMCMRplus takes raters as rows. Its Skillings and Mack's test gives tied ranks the variance of others;
# coin has their own, of ranks within raters times the weight of Skillings and Mack.
source("common.R")
library(MASS)
suppressPackageStartupMessages(library(coin))
folder <- Sys.getenv("PMCMRPLUS")
for (f in c("durbinTest.R", "skillingsMackTest.R")) source(file.path(folder, "R", f))

as_matrix <- function(ratings) t(matrix(as.numeric(as.matrix(ratings)), nrow(ratings)))
within <- function(ratings) {
  long <- na.omit(data.frame(y = as.vector(ratings), unit = factor(row(ratings)), rater = factor(col(ratings))))
  weighed <- function(y) rank(y) * sqrt(12 / (length(y) + 1))
  independence_test(y ~ unit | rater, data = long, teststat = "quadratic",
                    ytrafo = function(data) trafo(data, numeric_trafo = weighed, block = long$rater))
}
tested <- function(r) list(statistic = as.numeric(r$statistic), df = r$parameter[[1]], p_value = as.numeric(r$p.value))
permuted <- function(r) list(statistic = as.numeric(statistic(r)), df = r@statistic@df, p_value = as.numeric(pvalue(r)))

for (k in c("durbin_design", "brady", "orders_gaps")) case(
  paste(k, "skillingsMackTest", sep = "."), k, "skillingsMackTest.default(as_matrix(ratings))", tested)
case("durbin_design.durbinTest", "durbin_design", "durbinTest.default(as_matrix(ratings))", tested)
for (k in c("durbin_design", "brady", "orders_gaps", "grades_gaps", "six_entries", "irrna_consistent")) case(
  paste(k, "coin", sep = "."), k, "within(as.matrix(ratings))", permuted)

version <- read.dcf(file.path(folder, "DESCRIPTION"))[1, "Version"]
lines <- capture.output(emit("coin", "pmcmrplus_agreement.R"))
lines <- sub('"R package coin"', '"R package PMCMRplus, coin"', lines, fixed = TRUE)
cat(sub("\"version\": \"", sprintf("\"version\": \"%s, ", version), lines, fixed = TRUE), sep = "\n")
