"""Small published tables with their sources, and their loader."""

from ilacs_reliability.datasets.dataset import Dataset, DatasetInfo, Expected
from ilacs_reliability.datasets.loading import list_datasets, load_dataset

__all__ = ["Dataset", "DatasetInfo", "Expected", "list_datasets", "load_dataset"]
