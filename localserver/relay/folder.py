"""The folder of a relay on one host: its database, the key beside it, and the lock of the one that serves from it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from core.kernel.errors import EnvironmentProblem, Refused
from core.kernel.reasons import reason
from core.relay.keys import KEY_SIZE
from core.storage.connection import open_connection
from core.storage.migrations import copy_database

DATABASE: Final = "relay.db"
KEY: Final = "relay.key"


def copy_to(folder: Path, target: Path) -> Path:
    """A consistent, verified copy of a relay, while it serves: its file and its key. → the copy's file.

    Raises Refused where no relay is, or where something is in the copy's place; EnvironmentProblem.
    """
    path, key = folder / DATABASE, folder / KEY
    if not path.is_file() or not key.is_file():
        raise Refused("There is no relay in {path}.", path=folder)
    if (target / DATABASE).exists():  # one that serves would write on into a file that is no more
        raise Refused("There is a relay or a copy of one in {path} already. Name another folder.", path=target)
    make(target)
    secret = read_key(key)
    kept = target / KEY
    kept.touch(0o600)
    kept.write_text(secret.hex() + "\n", "ascii")
    connection = open_connection(path, secret, write=True)
    try:
        copy_database(connection, target / DATABASE, secret)
    finally:
        connection.close()
    return target / DATABASE


def make(folder: Path) -> None:
    """For this account only."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None


def hold(folder: Path) -> FileLock:
    """Two that served from one folder would each hold half of its stores' connections."""
    lock = FileLock(folder / "lock", blocking=False, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise EnvironmentProblem("A relay serves from {path} already.", path=folder) from None
    except OSError as error:
        raise _unwritable(folder, error) from None
    return lock


def _unwritable(folder: Path, error: OSError) -> EnvironmentProblem:
    return EnvironmentProblem("The folder {path} cannot be written ({detail}).", path=folder, detail=reason(error))


def key_of(path: Path) -> bytes:
    """The file's key, made at the first start, readable by this account only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_key(path)
    except OSError as error:
        raise _unwritable(path.parent, error) from None
    with os.fdopen(descriptor, "w") as file:
        key = os.urandom(KEY_SIZE)
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(path: Path) -> bytes:
    """Where a database is already: another key would not open it. Raises EnvironmentProblem."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise _unreadable(path, reason(error)) from None
    except ValueError:
        key = b""
    if len(key) != KEY_SIZE:
        raise _unreadable(path, "64 × 0–9, a–f")
    return key


def _unreadable(path: Path, detail: str) -> EnvironmentProblem:
    return EnvironmentProblem("The file {path} cannot be read ({detail}).", path=path, detail=detail)
