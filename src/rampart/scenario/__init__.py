"""A war of unknown length: branches, plans that use no later knowledge, and what knowing would be worth."""
