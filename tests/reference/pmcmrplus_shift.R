# Pairs of occasions by mean ranks, by PMCMRplus.
# Written with PMCMRplus 1.9.10, of which it reads the three files that it needs from a folder with its
# source. Run: PMCMRPLUS=folder Rscript pmcmrplus_shift.R > pmcmrplus_shift.json
# Conover's test with Holm's adjustment and with none, and Nemenyi's. P-values are in the order of pairs of
# columns: 1 and 2, 1 and 3, ..., 2 and 3, ...
source("common.R")
folder <- Sys.getenv("PMCMRPLUS")
for (f in c("frdRanks.R", "frdAllPairsConoverTest.R", "frdAllPairsNemenyiTest.R"))
  source(file.path(folder, "R", f))

named <- function(y) {
  y <- as.matrix(y)
  dimnames(y) <- list(seq_len(nrow(y)), LETTERS[seq_len(ncol(y))])
  y
}
pairs_of <- function(r) list(p_values = as.list(as.vector(na.omit(as.vector(r$p.value)))))

for (k in c("three_occasions", "grasses")) {
  for (adjust in c("holm", "none")) case(
    paste(k, "conover", adjust, sep = "."), k,
    sprintf('frdAllPairsConoverTest.default(named(ratings), p.adjust.method = "%s")', adjust), pairs_of)
  case(paste(k, "nemenyi", sep = "."), k, "frdAllPairsNemenyiTest.default(named(ratings))", pairs_of)
}

version <- read.dcf(file.path(folder, "DESCRIPTION"))[1, "Version"]
lines <- capture.output(emit(character(), "pmcmrplus_shift.R"))
lines <- sub('"R package "', '"R package PMCMRplus"', lines, fixed = TRUE)
cat(sub("\"version\": \"\"", sprintf("\"version\": \"%s\"", version), lines, fixed = TRUE), sep = "\n")
