"""The journal by time, by who did what, and by what it is about: its page finds one entry of a million in each way."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE INDEX journal_at ON journal(at);
CREATE INDEX journal_kind ON journal(kind, actor);
CREATE INDEX journal_subject ON journal(subject);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
