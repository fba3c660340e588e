"""peewee over a connection of ours; :attr:`Reader.db` imports this, and peewee with it, when it is first used."""

from __future__ import annotations

import apsw
from playhouse.apsw_ext import APSWDatabase


class GivenConnection(APSWDatabase):  # type: ignore[misc]
    """peewee over a connection that the engine opened and owns."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._given = connection
        super().__init__("given", thread_safe=False, autoconnect=True)

    def _connect(self) -> apsw.Connection:
        return self._given
