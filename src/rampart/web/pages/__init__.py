"""One file a page: one data function that feeds its template and its JSON twin."""
