"""Are inspection judgements secure? Agreement, grade shift and comparison."""

__version__ = "0.1.0"
