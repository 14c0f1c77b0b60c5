"""Who uses the application: accounts, roles, signing in, tokens, sessions."""
