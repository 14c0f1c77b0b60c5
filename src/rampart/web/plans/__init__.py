"""Plans that are read, and plans that are made in the background."""
