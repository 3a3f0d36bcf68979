"""Two kinds of inspection side by side, compared only where they can be."""
