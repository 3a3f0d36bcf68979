# Kendall's W of incomplete ratings by irrNA.
# Written with irrNA 0.2.3, from a folder with its source.
# Run: IRRNA=folder Rscript irrna_agreement.R > irrna_agreement.json
source("common.R")
folder <- Sys.getenv("IRRNA")
source(file.path(folder, "R", "kendallNA.R"))

concordance <- function(r) list(w = r[["Kendall's W"]], correlation = r[["amrho"]], per_unit = r[["amk"]])
for (k in c("irrna_consistent", "irrna_independent", "irrna_balanced", "six_entries")) case(
  paste(k, "kendallNA", sep = "."), k, "kendallNA(as.data.frame(ratings))", concordance)

version <- read.dcf(file.path(folder, "DESCRIPTION"))[1, "Version"]
lines <- capture.output(emit(character(), "irrna_agreement.R"))
lines <- sub('"R package "', '"R package irrNA"', lines, fixed = TRUE)
cat(sub("\"version\": \"\"", sprintf("\"version\": \"%s\"", version), lines, fixed = TRUE), sep = "\n")
