"""The programme: the tree of time, families, rows, measures, values."""
