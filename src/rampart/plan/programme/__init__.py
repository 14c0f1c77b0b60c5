"""The programme: families, rows, measures, values."""
