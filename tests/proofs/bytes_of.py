"""Every byte that a store keeps of anything, readable: database pages in use or not, the log, the media folder."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import apsw

from core.storage.connection import CIPHER


def database_bytes(path: Path, key: bytes) -> bytes:
    """The file decrypted in place in a copy, page by page: what is deleted but not overwritten is still in it."""
    with tempfile.TemporaryDirectory() as room:
        copy = Path(room) / "store.db"
        for name in (path.name, f"{path.name}-wal"):
            if (source := path.with_name(name)).exists():
                shutil.copyfile(source, copy.with_name(name))
        connection = apsw.Connection(str(copy))
        connection.execute(f"PRAGMA cipher='{CIPHER}'")
        connection.execute(f"PRAGMA key='raw:{key.hex()}'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA rekey=''")
        connection.close()
        content = copy.read_bytes()
    assert content.startswith(b"SQLite format 3\0"), "it is readable"
    return content


def spellings(text: str) -> Iterable[bytes]:
    """A text as it may stand in a file: as it is, escaped in JSON, and inside base64 at any of its three places."""
    yield text.encode()
    yield json.dumps(text)[1:-1].encode()
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + text.encode()).rstrip(b"=")
        if len(coded) > 10:
            yield coded[4:-2]  # without what depends on the neighbours


def found_in(folder: Path, key: bytes, *texts: str) -> set[str]:
    """Which of these texts are anywhere in the store's folder."""
    content = database_bytes(folder / "store.db", key)
    content += b"".join(p.read_bytes() for p in (folder / "media").rglob("*") if p.is_file())
    content += b"".join(str(p.name).encode() for p in (folder / "media").rglob("*"))
    return {text for text in texts if any(one in content for one in spellings(text))}
