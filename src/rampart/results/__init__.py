"""Results: what was worked out from a case; its measures, and comparison."""
