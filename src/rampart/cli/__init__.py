"""The command line: the group, the options, and one file for a family of verbs."""

import os

# Products of vectors are short in a plan: threads that the library of matrices starts for them only wait, a quarter of the
# time of a plan of 10,000 columns. It reads this as it is loaded; who wants threads says so.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
