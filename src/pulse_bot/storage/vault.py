"""The vault: an adapter's secrets in the database, sealed with the installation's key."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select

from pulse_bot.crypto.sealing import seal_secret, unseal_secret
from pulse_bot.errors import SealError, StorageError
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import SecretRow

LONGEST_NAME = 200
LONGEST_SECRET = 16_000


class DatabaseVault:
    """Fulfils the port `Vault` for one adapter."""

    def __init__(self, database: Database, installation_key: bytes, adapter: str) -> None:
        self._database = database
        self._key = installation_key
        self._adapter = adapter

    def get(self, name: str) -> bytes | None:
        """What is kept under a name. Raises StorageError and SealError."""
        with self._database.read() as session:
            row = session.get(SecretRow, (self._adapter, name))
            return None if row is None else self._unseal_row(row)

    def put(self, name: str, secret: bytes) -> None:
        """Keep something, in place of what was there. Raises StorageError."""
        if len(name) > LONGEST_NAME or len(secret) > LONGEST_SECRET:
            raise StorageError("That is too long to be kept in the vault. Keep less under a name.")
        # The name is sealed with it: nobody can swap two secrets in the database.
        sealed = seal_secret(self._key, self._secret_label(name) + secret)
        with self._database.write() as session:
            session.merge(SecretRow(adapter=self._adapter, name=name, sealed=sealed))

    def forget(self, name: str) -> None:
        """Keep nothing under a name any more. Raises StorageError."""
        with self._database.write() as session:
            session.execute(delete(SecretRow).where(*self._own_rows(), SecretRow.name == name))

    def names(self) -> frozenset[str]:
        """Every name that something is kept under. Raises StorageError."""
        with self._database.read() as session:
            return frozenset(session.scalars(select(SecretRow.name).where(*self._own_rows())))

    def _own_rows(self) -> tuple[ColumnElement[bool]]:
        return (SecretRow.adapter == self._adapter,)

    def _unseal_row(self, row: SecretRow) -> bytes:
        label = self._secret_label(row.name)
        opened = unseal_secret(self._key, row.sealed)
        if not opened.startswith(label):
            raise SealError("A secret in the database is not the one that was kept there.")
        return opened.removeprefix(label)

    def _secret_label(self, name: str) -> bytes:
        return f"{self._adapter}\0{name}\0".encode()
