"""A war of unknown length: branches, plans that do not peek, and what knowing would be worth."""
