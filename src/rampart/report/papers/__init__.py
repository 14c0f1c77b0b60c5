"""Short documents of a plan: the decision paper and the slides."""
