"""The case: what is known and assumed; reading, checking, writing, template, overrides."""
