"""Steps that bring a store's file to this version. An ordered tuple; a released step is never edited."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

import apsw

from core.kernel.errors import EnvironmentProblem
from core.storage.connection import Reader, open_connection

Step = Callable[[apsw.Connection], None]

_NAMES: Final = (
    "m0001_start",
    "m0002_money",
    "m0003_papers",
    "m0004_proofs",
    "m0005_push",
    "m0006_access",
    "m0007_paper_lists",
    "m0008_access_more",
    "m0009_signals",
    "m0010_quotes",
    "m0011_segments",
    "m0012_assistant",
    "m0013_quote_unsaved",
    "m0014_people",
    "m0015_voice",
    "m0016_takeover",
    "m0017_talk",
    "m0018_analytics",
    "m0019_times",
    "m0020_wa_templates",
    "m0021_clients",
    "m0022_restricted",
    "m0023_line_notes",
    "m0024_journal_lists",
    "m0025_template_heading",
    "m0026_relay",
    "m0027_aside",
    "m0028_ahead",
    "m0029_merges",
    "m0030_trial_payment",
    "m0031_quote_asked",
    "m0032_template_picture",
)


def _later(name: str) -> Step:
    """A step is loaded when it is taken: a start takes none, and all of them would cost it 7 ms."""

    def apply(connection: apsw.Connection) -> None:
        import_module(f"{__name__}.{name}").apply(connection)

    return apply


STEPS: Final[tuple[Step, ...]] = tuple(map(_later, _NAMES))
VERSION: Final = len(STEPS)
APPLICATION_ID: Final = 0x4C504159  # "LPAY"


def migrate(path: Path, key: bytes, *, steps: tuple[Step, ...] = STEPS, vfs: str | None = None) -> int:
    """Apply the missing steps, each in its own transaction with a verified backup taken before it.

    Returns the number of steps applied. Raises EnvironmentProblem for a file made by a newer program, which is left
    untouched.
    """
    connection = open_connection(path, key, write=True, vfs=vfs)
    try:
        current: int = Reader(connection).value("PRAGMA user_version")
        if current > len(steps):
            raise EnvironmentProblem(
                "This store was last opened by a newer LivePay (data version {found}, this program knows {known}). "
                "Update LivePay, then open it again. Nothing was changed.",
                found=current,
                known=len(steps),
            )
        for number, step in enumerate(steps[current:], start=current + 1):
            if current:  # a new store has nothing to lose
                _backup(connection, path, key, number - 1)
            connection.execute("BEGIN IMMEDIATE")
            try:
                step(connection)
                connection.execute(f"PRAGMA user_version={number}")
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        return len(steps) - current
    finally:
        connection.close()


def _backup(connection: apsw.Connection, path: Path, key: bytes, version: int) -> None:
    """An encrypted copy beside the store, under the same key, checked before the step may run."""
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"before-v{version + 1}.db"
    copy_database(connection, target, key)


def copy_database(connection: apsw.Connection, target: Path, key: bytes) -> None:
    """A consistent, encrypted, verified copy of an open database (SQLite's online backup), put in place atomically."""
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    copy = open_connection(partial, key, write=True)
    try:
        copy.execute("PRAGMA journal_mode=DELETE")
        with copy.backup("main", connection, "main") as work:
            while not work.done:
                work.step(1000)
        verdict = Reader(copy).value("PRAGMA integrity_check")
    finally:
        copy.close()
    if verdict != "ok":
        partial.unlink(missing_ok=True)
        raise EnvironmentProblem("The backup {path} could not be verified: {verdict}.", path=target, verdict=verdict)
    partial.replace(target)
