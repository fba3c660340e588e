"""Reads the backup files that were made before the present form; none is written any more.

Layout: ``LIVEPAY-BACKUP-1\\n`` ‖ 12-byte nonce ‖ AES-256-GCM(recovery key, tar). One seal around the whole: it must be
opened in memory, and a harm has no nearer place than the file.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from core.kernel.errors import Refused

MAGIC: Final = b"LIVEPAY-BACKUP-1\n"
_NONCE: Final = 12


class Content(Struct, frozen=True):
    """``inside``: card, key and secrets; ``files``: the rest, by name."""

    inside: dict[str, Any]
    files: dict[str, bytes]


def read(path: Path, recovery: bytes) -> Content:
    """Raises Refused: damaged, or of another recovery key; OSError."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    data = path.read_bytes()
    start = len(MAGIC) + _NONCE
    try:
        plain = AESGCM(recovery).decrypt(data[len(MAGIC) : start], data[start:], MAGIC)
    except (InvalidTag, ValueError):
        raise Refused("The backup {path} is damaged, or was made with another recovery key.", path=path) from None
    import tarfile  # no start needs it

    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        found = {member.name: tar.extractfile(member) for member in tar.getmembers() if member.isfile()}
        files = {name: file.read() for name, file in found.items() if file is not None}
    return Content(json.loads(files.pop("inside.json")), files)
