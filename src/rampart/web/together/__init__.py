"""What the nations hold together: totals of closed months that every nation may see, and no more than that."""
