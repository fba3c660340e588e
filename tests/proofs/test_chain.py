"""The journal in the store's own file: whoever has the key and changes, removes or rewrites an entry is found out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bootstrap import open_shop
from core.kernel.clock import ManualClock
from core.kernel.errors import EnvironmentProblem
from core.storage import journal
from core.storage.connection import DAMAGE, Reader, open_connection
from core.storage.damage import damaged_at, place_of_damage
from core.storage.folder import Home
from main import main
from tests.support.stores import KEY, add_product, bare_engine

SLUG = "boutique-teranga"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The file of a closed store with ten entries."""
    with bare_engine(tmp_path) as engine:
        for number in range(10):
            add_product(engine, f"P{number}")
    return tmp_path / "store.db"


def verdict(path: Path, kept: bytes | None = None) -> journal.Verdict:
    with bare_engine(path.parent) as engine:
        return engine.read(lambda r: journal.verify(r, kept))


def by_hand(path: Path, *statements: str) -> None:
    """Somebody who has the key, and knows of the triggers."""
    connection = open_connection(path, KEY, write=True)
    connection.execute("DROP TRIGGER journal_no_update")
    connection.execute("DROP TRIGGER journal_no_delete")
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "fault", "at"),
    [
        ("UPDATE journal SET at = at + 1 WHERE seq = 4", "changed", 4),
        ("UPDATE journal SET actor = 'bot' WHERE seq = 4", "changed", 4),
        ("UPDATE journal SET subject = 9 WHERE seq = 4", "changed", 4),
        ("UPDATE journal SET data = replace(data, '15000', '14000') WHERE seq = 4", "changed", 4),
        ("UPDATE journal SET data = replace(data, ':', ': ') WHERE seq = 4", "changed", 4),
        ("UPDATE journal SET data = 'no json' WHERE seq = 4", "changed", 4),
        ("UPDATE journal SET data = x'ff00' WHERE seq = 4", "unreadable", 4),
        ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 4", "changed", 4),
        ("UPDATE journal SET seq = 40 WHERE seq = 4", "missing", 4),
        ("DELETE FROM journal WHERE seq BETWEEN 4 AND 6", "missing", 4),
        ("DELETE FROM journal WHERE seq = 1", "missing", 1),
    ],
)
def test_what_is_changed_or_gone_is_named(store: Path, statement: str, fault: str, at: int) -> None:
    by_hand(store, statement)
    found = verdict(store)
    assert (found.fault, found.broken_at, found.entries, found.intact) == (fault, at, at - 1, False)


def _made_anew(path: Path) -> None:
    """The whole chain from entry 4 on, as the program would have written it."""
    by_hand(path, "UPDATE journal SET data = replace(data, '15000', '14000') WHERE seq = 4")
    connection = open_connection(path, KEY, write=True)
    rows = Reader(connection).all("SELECT seq, at, actor, kind, subject, data FROM journal ORDER BY seq")
    previous = journal.GENESIS
    for row in rows:
        previous = journal.link(previous, *row)
        connection.execute("UPDATE journal SET hash = ? WHERE seq = ?", (previous, row[0]))
    connection.close()


@pytest.mark.parametrize("forge", [_made_anew, lambda path: by_hand(path, "DELETE FROM journal WHERE seq > 6")])
def test_a_head_kept_elsewhere_knows_a_chain_made_anew_or_cut(store: Path, forge: Callable[[Path], None]) -> None:
    head = verdict(store).head
    forge(store)
    assert verdict(store).intact, "by itself the chain links up"
    assert verdict(store, head).fault == "rewritten"


def test_an_old_head_is_still_found_in_a_chain_that_grew(store: Path) -> None:
    head = verdict(store).head
    with bare_engine(store.parent) as engine:
        add_product(engine, "LATER")
    found = verdict(store, head)
    assert (found.intact, found.kept_at, found.entries) == (True, 10, 11)


def test_a_damaged_page_is_said_with_the_entry_where_reading_ends(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        for number in range(400):
            add_product(engine, f"P{number}")
        engine.call(lambda tx: None)
    path = tmp_path / "store.db"
    connection = open_connection(path, KEY, write=True)
    pages = "SELECT pageno FROM dbstat WHERE name = 'journal' AND pagetype = 'leaf' ORDER BY pageno"
    leaves = [row[0] for row in connection.execute(pages)]
    size = Reader(connection).value("PRAGMA page_size")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(path.read_bytes())
    content[(leaves[3] - 1) * size + 100] ^= 1
    path.write_bytes(bytes(content))
    reading = open_connection(path, KEY, write=False)
    try:
        found = journal.verify(Reader(reading))
    finally:
        reading.close()
    assert found.fault == "unreadable"
    assert 1 < (found.broken_at or 0) <= 400


def test_a_tampered_byte_of_the_file_never_passes(store: Path) -> None:
    """Pages are authenticated: whatever byte is touched, reading says so or the journal is as it was."""
    true = verdict(store)
    content = store.read_bytes()
    for place in range(50, len(content), 1499):
        touched = bytearray(content)
        touched[place] ^= 0x20
        store.write_bytes(bytes(touched))
        try:
            found = verdict(store)
        except (EnvironmentProblem, *DAMAGE):
            continue
        assert not found.intact or found == true
    store.write_bytes(content)
    assert verdict(store) == true


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 4095), st.integers(1, 255))
@settings(max_examples=40)
def test_the_page_of_a_tampered_byte_is_named(where: float, within: int, flip: int) -> None:
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "store.db"
        _big(path)
        content = bytearray(path.read_bytes())
        assert place_of_damage(path, KEY) is None
        page = 1 + int(where * (len(content) // 4096 - 1))
        content[page * 4096 + within] ^= flip
        path.write_bytes(content)
        assert place_of_damage(path, KEY) == (page * 4096, (page + 1) * 4096)
        said = str(damaged_at(path, KEY))
        assert f"between byte {page * 4096} and byte {(page + 1) * 4096}" in said
        assert [each.name for each in Path(room).iterdir() if each.is_dir()] == []


@cache
def _content() -> bytes:
    with tempfile.TemporaryDirectory() as room:
        with bare_engine(Path(room)) as engine:
            for number in range(400):
                add_product(engine, f"P{number}")
        connection = open_connection(Path(room) / "store.db", KEY, write=True)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return (Path(room) / "store.db").read_bytes()


def _big(path: Path) -> None:
    path.write_bytes(_content())


# -- the command line --------------------------------------------------------------------------------------------


def asked(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> tuple[int, Any, str]:
    code = main(["--home", str(home), "--json", *arguments])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    home = tmp_path / "home"
    assert asked(capsys, home, "store", "create", "Boutique Téranga", "--country", "SN")[0] == 0
    return home


def test_export_writes_the_verifier_beside_it_and_a_head_to_keep(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out" / "journal.jsonl"
    target.parent.mkdir()
    code, said, _ = asked(capsys, home, "audit", "export", SLUG, str(target))
    assert code == 0
    assert json.loads(target.read_bytes().splitlines()[-1])["kind"] == "JournalExported", "the export notes itself"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(target.with_name("livepay_verify.py")), str(target), "--head", said["head"]],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"LC_ALL": "fr_SN.UTF-8", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0
    assert said["head"] in done.stdout
    code, now, _ = asked(capsys, home, "audit", "verify", SLUG, "--head", said["head"])
    assert (code, now["head"], now["kept_at"]) == (0, said["head"], said["entries"])
    code, now, _ = asked(capsys, home, "audit", "verify", SLUG, "--head", "ab" * 32)
    assert (code, now["intact"], now["fault"]) == (1, False, "rewritten")


def test_years_are_files_of_a_folder(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "years"
    code, said, _ = asked(capsys, home, "audit", "export", SLUG, str(folder), "--by-year")
    assert code == 0
    assert len(said["files"]) == 1
    assert len(list(folder.iterdir())) == 2
    code, _, err = asked(capsys, home, "audit", "export", SLUG, str(tmp_path / "x"), "--year", "1999")
    assert code == 1
    assert "1999" in err
    assert not (tmp_path / "x").exists()


def test_a_store_copied_to_another_folder_still_verifies(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A moved server is no reason to call every entry corrupted."""
    shop = open_shop(Home(home), SLUG, ManualClock())
    add_product(shop.engine, "ROBE1")
    head = shop.engine.chain.head[1].hex()
    shop.close()
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(home, elsewhere)
    shutil.rmtree(home)
    code, said, _ = asked(capsys, elsewhere, "audit", "verify", SLUG, "--head", head)
    assert (code, said["intact"], said["head"]) == (0, True, head)


def test_a_backup_and_its_restore_are_in_the_journal(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(capsys, home, "backup", SLUG, str(tmp_path / "b"))[0] == 0
    assert asked(capsys, home, "restore", str(tmp_path / "b"), "--as", "Seconde")[0] == 0
    shop = open_shop(Home(home), "seconde", ManualClock())
    try:
        kinds = shop.engine.read(lambda r: r.all("SELECT kind, actor FROM journal ORDER BY seq DESC LIMIT 2"))
        assert kinds == [("StoreRestored", "console"), ("BackupBegun", "console")]
        assert shop.engine.read(journal.verify).intact
    finally:
        shop.close()
