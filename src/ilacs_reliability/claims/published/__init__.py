"""One claim of the ledger a module: words, source, figures, verdict, and what would settle it."""
