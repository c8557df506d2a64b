"""Which models a library is to be searched with, kept in the library itself."""

from __future__ import annotations

from qwen3vl_app.errors import LibraryReadOnlyError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.types.model_choice import ModelChoice

_READ = (
    "SELECT wanted, adapter, former_wanted, former_adapter FROM model_choice "
    f"WHERE role = ? AND {checksums.BY_NAME['model_choice'].is_whole('model_choice')}"
)


class ModelChoices:
    """By role, ``embedder`` or ``reranker``. Thread-safe, one transaction a call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, role: str) -> ModelChoice:
        """What was chosen; open where nothing was, or where what is kept of it is damaged."""
        return self._read(role)[0]

    def former(self, role: str) -> ModelChoice | None:
        """What had the role before that, to switch back to; None where nothing did."""
        return self._read(role)[1]

    def keep(self, role: str, choice: ModelChoice, before: ModelChoice) -> None:
        """Choose; ``before`` is what has the role so far.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
            LibraryError: The disk refuses.
        """
        if not self._connection.writable:
            raise LibraryReadOnlyError(Message.of("library.readonly"))
        with self._connection.writing() as conn:
            conn.execute(
                "INSERT INTO model_choice (role, wanted, adapter, former_wanted, former_adapter) "
                "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (role) DO UPDATE SET "
                "wanted = ?2, adapter = ?3, "
                "former_wanted = iif((?2, ?3) = (?4, ?5), former_wanted, ?4), "
                "former_adapter = iif((?2, ?3) = (?4, ?5), former_adapter, ?5)",
                (role, choice.wanted, choice.adapter, before.wanted, before.adapter),
            )

    def _read(self, role: str) -> tuple[ModelChoice, ModelChoice | None]:
        with self._connection.reading() as conn:
            row = conn.execute(_READ, (role,)).fetchone()
        if row is None:
            return ModelChoice(), None
        wanted, adapter, before, before_adapter = row
        chosen = ModelChoice(wanted=wanted, adapter=adapter)
        former = ModelChoice(wanted=before, adapter=before_adapter)
        return chosen, None if former == chosen else former
