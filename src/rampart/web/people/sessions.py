"""Sessions of which the store knows only a hash: who reads the store cannot sign in with what it holds."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as InTheStore


def hashed(key: str | None) -> str:
    """What the store keeps of the key that the browser holds; 40 hex digits."""
    return sha256(f"rampart session {key}".encode()).hexdigest()[:40]


class SessionStore(InTheStore):
    """Sessions by the hash of their key."""

    def _get_session_from_db(self) -> Any:
        from django.utils import timezone

        try:
            return self.model.objects.get(session_key=hashed(self.session_key), expire_date__gt=timezone.now())
        except self.model.DoesNotExist:
            self._session_key = None  # as the parent does for a session that is not known
            return None

    def exists(self, session_key: str | None = None) -> bool:
        """Whether there is a session of a key."""
        return bool(self.model.objects.filter(session_key=hashed(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row that is kept."""
        row = super().create_model_instance(data)
        row.session_key = hashed(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End a session."""
        key = session_key if session_key is not None else self.session_key
        if key is not None:
            self.model.objects.filter(session_key=hashed(key)).delete()
