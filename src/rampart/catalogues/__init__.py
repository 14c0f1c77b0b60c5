"""Catalogues: what every table and column is called, its type, unit and what a blank means, in English and French."""
