"""The optimiser: from a case to a plan."""
