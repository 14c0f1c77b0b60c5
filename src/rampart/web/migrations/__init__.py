"""Steps by which the web store is brought from one version to the next."""
