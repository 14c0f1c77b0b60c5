"""Forecasts made from what was known at a date, scored against what was published later."""
