# Agreement on several nominal areas at once by irr.
# Written with irr 0.84.1, from a folder with its source.
# Run: IRR=folder Rscript iota_agreement.R > iota_agreement.json
# Area a has the three columns from column a on, round about.
source("common.R")
folder <- Sys.getenv("IRR")
source(file.path(folder, "R", "iota.R"))

areas <- function(ratings, n) lapply(seq_len(n), function(a) {
  shown <- ratings[, (seq_len(3) + a - 2) %% ncol(ratings) + 1]
  matrix(as.character(shown), nrow(ratings))
})
for (k in c("diagnoses", "anxiety", "video")) for (n in 1:3) case(
  paste(k, "iota", n, sep = "."), k,
  sprintf('iota(areas(ratings, %d), scaledata = "nominal")', n),
  function(r) list(iota = r$value))

version <- read.dcf(file.path(folder, "DESCRIPTION"))[1, "Version"]
lines <- capture.output(emit(character(), "iota_agreement.R"))
lines <- sub('"R package "', '"R package irr"', lines, fixed = TRUE)
cat(sub("\"version\": \"\"", sprintf("\"version\": \"%s\"", version), lines, fixed = TRUE), sep = "\n")
