"""How passwords are kept: by argon2id, with twice the work that OWASP's Password Storage Cheat Sheet asks for at least."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """46 MiB, two passes, in the thread that asks.

    Django's own (100 MiB, eight threads that wait for each other eight times) takes twice the processor, and on few cores that
    do other work many times as long by the clock. A password kept by it is kept by this one from the next sign-in.
    """

    time_cost = 2
    memory_cost = 46 * 1024
    parallelism = 1
