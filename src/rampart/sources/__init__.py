"""Public sources: justification books, P-21 workbooks and trackers become case tables, facts and back-tests."""
