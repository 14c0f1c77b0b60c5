"""A war of unknown length: regimes, branches, plans that do not peek, and what knowing would be worth."""
