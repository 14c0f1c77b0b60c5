"""``python -m rampart``, for machines where scripts are not on the path."""

from rampart.cli import main

main(prog_name="rampart")
