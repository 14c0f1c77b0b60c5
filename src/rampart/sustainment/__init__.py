"""Fleets and their spares: models of stock and repair, curves, availability by month."""
