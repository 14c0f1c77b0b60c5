"""The command line: the group, the options, and one file for a family of verbs."""
