"""What exists physically: holders and items, ways to get them, rates, lots, prices, lags, and accounts."""
