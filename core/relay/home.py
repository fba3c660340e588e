"""Which installation this is: 16 bytes that a backup does not bring elsewhere, and neither does a copied folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

NAME: Final = "home.id"


def home_id(folder: Path) -> bytes:
    """The id of the home in ``folder``, made the first time: random, mixed with what the system says the machine is.

    Raises OSError.
    """
    path = folder / NAME
    try:
        kept = bytes.fromhex(path.read_text("ascii").strip())
    except (FileNotFoundError, ValueError):
        folder.mkdir(parents=True, exist_ok=True)
        kept = os.urandom(16)
        partial = path.with_suffix(".partial")
        partial.write_text(kept.hex() + "\n", "ascii")
        partial.replace(path)
    return hashlib.blake2b(kept + _machine(), digest_size=16, person=b"livepay home").digest()


def _machine() -> bytes:
    """Nothing where the system does not say: then a copied folder is noticed only by who compares the two."""
    import machineid

    try:
        return bytes(machineid.id(), "utf-8")
    except machineid.MachineIdNotFound:
        return b""
