"""Solving: the one door to HiGHS, layout, passes in turn."""
