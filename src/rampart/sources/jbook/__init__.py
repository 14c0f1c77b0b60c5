"""US procurement justification books: exhibits P-40, P-5, P-5a, P-21, P-10, P-18 and facilities as tidy tables."""
