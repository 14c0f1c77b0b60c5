"""Checks of a case: each a small function from a draft to findings, all run, none stopping another."""
