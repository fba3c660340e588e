"""The writer, its transactions and its journal."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from pathlib import Path

import apsw
import pytest

from core.kernel.errors import EnvironmentProblem, Refused, StorageFailed
from core.kernel.events import Event
from core.storage import journal
from core.storage.connection import open_connection
from core.storage.engine import BATCH_LIMIT, Engine, Tx
from core.storage.migrations import STEPS, migrate
from tests.support.stores import KEY, bare_engine


class Happened(Event, frozen=True):
    number: int

    @property
    def subject(self) -> int:
        return self.number


def _set(tx: Tx, key: str, value: str = "x") -> None:
    tx.run("INSERT INTO setting(key, value) VALUES(?,?)", (key, value))


def _happen(tx: Tx, number: int) -> None:
    tx.emit(Happened(number))


def _keys(engine: Engine) -> list[str]:
    return [r[0] for r in engine.read(lambda r: r.all("SELECT key FROM setting ORDER BY key"))]


async def test_a_failing_command_leaves_the_others_of_its_batch_untouched(tmp_path: Path) -> None:
    def fail(tx: Tx) -> None:
        _set(tx, "never")
        tx.emit(Happened(99))
        raise Refused("no")

    with bare_engine(tmp_path) as engine:
        commands = [engine.run(partial(_set, key=f"k{i}")) for i in range(5)]
        results = await asyncio.gather(*commands, engine.run(fail), return_exceptions=True)
        assert isinstance(results[-1], Refused)
        assert _keys(engine) == [f"k{i}" for i in range(5)]
        assert engine.read(journal.verify).entries == 0


async def test_callers_are_answered_only_after_their_commit_is_readable(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:

        async def write(i: int) -> bool:
            await engine.run(lambda tx: _set(tx, f"k{i}"))
            return f"k{i}" in _keys(engine)

        assert all(await asyncio.gather(*(write(i) for i in range(300))))


async def test_however_many_wait_the_background_goes_on_and_lets_them_pass(tmp_path: Path) -> None:
    order: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def hold_up(tx: Tx) -> None:
        begun.set()
        go_on.wait(60)

    with bare_engine(tmp_path) as engine:
        first = engine.begin(hold_up)
        assert await asyncio.to_thread(begun.wait, 60)
        later = [engine.begin(lambda tx: order.append("background"), background=True) for _ in range(3)]
        waiting = [engine.begin(lambda tx: order.append("urgent")) for _ in range(3 * BATCH_LIMIT)]
        go_on.set()
        await asyncio.gather(first, *waiting, *later)
    places = [place for place, kind in enumerate(order) if kind == "background"]
    assert places[2] < len(order) - 1  # not only when nobody waits any more
    assert places[0] + 1 < places[1] < places[2] - 1  # and never two before those who wait


def test_subscribers_hear_only_of_committed_events_in_order(tmp_path: Path) -> None:
    heard: list[int] = []
    with bare_engine(tmp_path) as engine:
        engine.subscribe(lambda events: heard.extend(e.subject for e in events))
        for i in range(10):
            engine.call(partial(_happen, number=i))
    assert heard == list(range(10))


def test_the_chain_holds_and_notices_one_changed_letter(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        for i in range(20):
            engine.call(partial(_happen, number=i), actor="élodie")
        assert engine.read(journal.verify).intact
    connection = open_connection(tmp_path / "store.db", KEY, write=True)
    connection.execute("DROP TRIGGER journal_no_update")
    connection.execute("UPDATE journal SET actor = 'elodie' WHERE seq = 7")
    connection.close()
    with bare_engine(tmp_path) as engine:
        assert engine.read(journal.verify).broken_at == 7


def test_the_journal_refuses_to_be_changed_or_shortened(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        engine.call(lambda tx: tx.emit(Happened(1)))
        for sql in ("UPDATE journal SET actor = 'x'", "DELETE FROM journal"):
            with pytest.raises(apsw.ConstraintError):
                engine.call(partial(Tx.run, sql=sql))


def test_the_file_is_unreadable_without_its_key(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        engine.call(lambda tx: _set(tx, "phone", "+221771234567"))
    for file in tmp_path.glob("store.db*"):
        assert b"221771234567" not in file.read_bytes()
        assert not file.read_bytes().startswith(b"SQLite format")
    with pytest.raises(EnvironmentProblem):
        open_connection(tmp_path / "store.db", bytes(32), write=False)


class FullDisk(apsw.VFS):
    """A disk that can run full: writes fail while ``full`` is set."""

    full = False

    def __init__(self) -> None:
        super().__init__("fulldisk", "")

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> apsw.VFSFile:
        return _FullDiskFile("", name, flags)


class _FullDiskFile(apsw.VFSFile):
    def xWrite(self, data: bytes, offset: int) -> None:
        if FullDisk.full:
            raise apsw.FullError("disk full")
        super().xWrite(data, offset)


@pytest.mark.expect_log("refused a commit")
def test_a_full_disk_refuses_everything_then_recovers_by_itself(tmp_path: Path) -> None:
    vfs = FullDisk()
    states: list[bool] = []

    def lose(tx: Tx) -> None:
        _set(tx, "lost")
        tx.emit(Happened(2))

    with bare_engine(tmp_path, vfs="fulldisk") as engine:
        engine.on_storage = states.append
        engine.call(lambda tx: tx.emit(Happened(1)))
        FullDisk.full = True
        try:
            with pytest.raises(StorageFailed):
                engine.call(lose)
        finally:
            FullDisk.full = False
        engine.call(lambda tx: tx.emit(Happened(3)))
        assert engine.read(journal.verify).intact
        assert _keys(engine) == []
    assert states == [True, False]
    vfs.unregister()


def test_a_newer_file_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, KEY)
    connection = open_connection(path, KEY, write=True)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(EnvironmentProblem, match="newer"):
        migrate(path, KEY)
    assert path.read_bytes() == before


def test_each_step_of_a_store_in_use_is_preceded_by_a_verified_backup(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, KEY)
    connection = open_connection(path, KEY, write=True)
    connection.execute("INSERT INTO setting VALUES('a', 'b')")
    connection.close()

    def breaking(connection: apsw.Connection) -> None:
        connection.execute("DROP TABLE setting")
        raise RuntimeError("step failed")

    with pytest.raises(RuntimeError):
        migrate(path, KEY, steps=(*STEPS, breaking))
    for kept in (path, tmp_path / "backups" / f"before-v{len(STEPS) + 1}.db"):
        connection = open_connection(kept, KEY, write=False)
        assert connection.execute("SELECT value FROM setting").fetchone() == ("b",)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
        connection.close()
