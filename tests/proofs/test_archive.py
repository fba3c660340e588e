"""The exported journal, checked by one file and a bare Python: what is touched is named with its place."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.service import set_notes
from core.kernel.clock import DAY, ManualClock, parse_rfc3339
from core.kernel.countries import country
from core.kernel.paths import resource
from core.settings.events import SettingChanged
from core.storage import archive, journal
from core.storage.engine import Engine
from tests.bench.verify import stand_alone
from tests.support.stores import add_customer, add_product, bare_engine

ZONE = country("MG").zone
VERIFIER = resource("tools", archive.VERIFIER)


TOOL = stand_alone()


def checked(*paths: Path | str) -> tuple[int, dict[str, Any]]:
    """What the file says when a Python without any library, ours included, runs it elsewhere."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), *map(str, paths), "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=VERIFIER.anchor,
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def write(engine: Engine, path: Path, year: int | None = None) -> archive.Part:
    with engine.reader() as reader, archive.in_place(path) as file:
        part = archive.whole(reader) if year is None else archive.year_part(reader, year, ZONE)
        archive.write(reader, part, "store-1", file)
    return part


def live_through(engine: Engine, clock: ManualClock, days: int = 1) -> None:
    for number in range(6):
        customer = add_customer(engine, number)
        engine.call(lambda tx, c=customer: set_notes(tx, c, "é"), actor="seller")  # type: ignore[misc]
        add_product(engine, f"É{number} “l’été”")
        clock.advance(days * DAY)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("store")
    clock = ManualClock()
    with bare_engine(folder, clock) as engine:
        live_through(engine, clock)
        write(engine, folder / "journal.jsonl")
    return (folder / "journal.jsonl").read_bytes()


def fault(content: bytes, folder: Path) -> tuple[str, int]:
    """→ (what is wrong, on which line); ("", 0) for nothing."""
    path = folder / "touched.jsonl"
    path.write_bytes(content)
    try:
        TOOL.check_all([path])
    except ValueError as error:
        bad = error.args[1]
        assert content[: bad.byte].count(b"\n") == bad.line - 1, "the byte is where that line begins"
        return bad.fault, bad.line
    return "", 0


def test_an_untouched_export_holds_for_a_python_without_libraries(exported: bytes, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(exported)
    code, said = checked(path)
    assert code == 0
    assert said["intact"]
    assert said["archives"][0]["entries"] == exported.count(b"\n") - 1


def test_every_line_is_json_with_what_was_done(exported: bytes) -> None:
    header, *entries = [json.loads(line) for line in exported.splitlines()]
    assert header["livepay_journal"] == 1
    assert [entry["seq"] for entry in entries] == list(range(1, header["entries"] + 1))
    assert {"actor", "at", "data", "hash", "kind", "seq", "subject"} == set(entries[0])
    assert any("É3" in str(entry["data"]) for entry in entries)


@given(st.data())
def test_any_byte_that_is_touched_is_found_on_its_line(exported: bytes, data: st.DataObject) -> None:
    import tempfile

    place = data.draw(st.integers(0, len(exported) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda b: b != exported[place]))
    touched = exported[:place] + bytes([other]) + exported[place + 1 :]
    with tempfile.TemporaryDirectory() as room:
        found, line = fault(touched, Path(room))
    assert found
    assert line == exported[:place].count(b"\n") + 1


@given(st.data())
def test_any_cut_is_found(exported: bytes, data: st.DataObject) -> None:
    import tempfile

    length = data.draw(st.integers(0, len(exported) - 1))
    with tempfile.TemporaryDirectory() as room:
        found, _ = fault(exported[:length], Path(room))
    assert found in ("truncated", "cut", "no header")


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _without(lines: list[bytes]) -> list[bytes]:
    return lines[:4] + lines[5:]


def _swapped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[5], lines[4], *lines[6:]]


def _far(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], *lines[5:8], lines[4], *lines[8:]]


def _twice(lines: list[bytes]) -> list[bytes]:
    return [*lines[:5], lines[4], *lines[5:]]


def _renumbered(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[4].replace(b'"seq":4,', b'"seq":9,'), *lines[5:]]


def _amount(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"price":15000', b'"price":14000', 1) if i == 3 else line for i, line in enumerate(lines)]


def _windows(lines: list[bytes]) -> list[bytes]:
    return [line[:-1] + b"\r\n" for line in lines]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (_without, ("missing", 5)),
        (_swapped, ("reordered", 5)),
        (_far, ("reordered", 5)),
        (_twice, ("repeated", 6)),
        (_renumbered, ("changed", 5)),
        (_amount, ("changed", 4)),
        (_windows, ("converted", 1)),
        (lambda lines: lines[:-3], ("truncated", 17)),
        (lambda lines: [*lines, lines[-1]], ("extra", 20)),
        (lambda lines: lines[1:], ("no header", 1)),
        (lambda lines: [*lines[:7], b"\n", *lines[7:]], ("no entry", 8)),
        (lambda lines: [*lines[:7], b'{"seq":7}\n', *lines[8:]], ("no entry", 8)),
    ],
)
def test_what_was_done_to_it_is_said(
    exported: bytes, tmp_path: Path, how: Callable[[list[bytes]], list[bytes]], expected: tuple[str, int]
) -> None:
    assert len(_lines(exported)) == 19
    assert fault(b"".join(how(_lines(exported))), tmp_path) == expected


def rewritten(content: bytes) -> bytes:
    """A forger with the format at hand: one price changed, and every hash after it made anew, the header's too."""
    header, *entries = _lines(content)
    previous = bytes.fromhex(json.loads(header)["previous"])
    forged = []
    for line in entries:
        body = line.split(b',"hash":"')[0].replace(b'"price":15000', b'"price":14000') + b"}"
        previous = hashlib.sha256(previous + body).digest()
        forged.append(body[:-1] + b',"hash":"' + previous.hex().encode() + b'"}\n')
    facts = json.loads(header)
    facts.pop("hash")
    top = json.dumps({**facts, "head": previous.hex()}, separators=(",", ":")).encode()
    return top[:-1] + b',"hash":"' + hashlib.sha256(top).hexdigest().encode() + b'"}\n' + b"".join(forged)


def test_a_chain_made_anew_as_a_whole_is_known_by_a_head_kept_elsewhere(exported: bytes, tmp_path: Path) -> None:
    true, forged = tmp_path / "true.jsonl", tmp_path / "forged.jsonl"
    true.write_bytes(exported)
    forged.write_bytes(rewritten(exported))
    early = json.loads(_lines(exported)[9])["hash"]  # noted on paper one evening, long before
    assert checked(forged)[0] == 0, "by itself it is as whole as the true one"
    code, said = checked(true, f"--head={early}")
    assert (code, said["archives"][0]["kept"]) == (0, 9)
    code, said = checked(forged, f"--head={early}")
    assert (code, said["fault"]) == (1, "unknown head")


def test_years_follow_each_other_and_a_missing_or_forged_one_is_named(tmp_path: Path) -> None:
    clock = ManualClock(parse_rfc3339("2024-12-20T10:00:00Z"))
    folder = tmp_path / "archives"
    folder.mkdir()
    with bare_engine(tmp_path, clock) as engine:
        live_through(engine, clock, days=150)
        clock.set(parse_rfc3339("2025-06-01T00:00:00Z"))  # a clock that was wrong for a day
        add_product(engine, "BACK")
        with engine.reader() as reader:
            assert archive.years(reader, ZONE) == [2024, 2025, 2026, 2027]
        parts = [write(engine, folder / f"journal-{year}.jsonl", year) for year in (2024, 2025, 2026, 2027)]
        entries = engine.read(lambda r: r.value("SELECT count(*) FROM journal"))
    assert sum(part.entries for part in parts) == entries
    code, said = checked(folder)
    assert (code, len(said["archives"])) == (0, 4)
    whole = (folder / "journal-2025.jsonl").read_bytes()
    (folder / "journal-2025.jsonl").write_bytes(rewritten(whole))
    code, said = checked(folder)
    assert (code, said["file"], said["fault"]) == (1, "journal-2026.jsonl", "unlinked")
    (folder / "journal-2025.jsonl").unlink()
    code, said = checked(folder)
    assert (code, said["file"], said["fault"]) == (1, "journal-2026.jsonl", "gap")


def test_a_year_begins_at_midnight_of_the_store(tmp_path: Path) -> None:
    clock = ManualClock(parse_rfc3339("2025-12-31T20:59:59Z"))  # 23:59:59 in Antananarivo
    with bare_engine(tmp_path, clock) as engine:
        add_product(engine, "OLD")
        clock.advance(1000)
        add_product(engine, "NEW")
        with engine.reader() as reader:
            old, new = (archive.year_part(reader, year, ZONE) for year in (2025, 2026))
    assert (old.first, old.last, new.first, new.last) == (1, 1, 2, 2)
    assert old.head == new.previous


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_whatever_a_text_holds_its_line_is_one_line_that_holds(keys: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as room, bare_engine(Path(room)) as engine:
        for key in keys:
            engine.call(lambda tx, k=key: tx.emit(SettingChanged(k, secret=False)), actor="seller")  # type: ignore[misc]
        write(engine, Path(room) / "journal.jsonl")
        assert engine.read(journal.verify).intact
        part = TOOL.check_all([Path(room) / "journal.jsonl"])[0]
        assert part.entries == len(keys)


def test_nothing_to_check_and_wrong_usage_are_2(tmp_path: Path) -> None:
    for arguments in ([str(tmp_path)], [str(tmp_path), "--head", "zz"], []):
        command = [sys.executable, "-I", "-S", str(VERIFIER), *arguments]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    code, said = checked(tmp_path / "nowhere.jsonl")
    assert (code, said["fault"]) == (1, "unreadable")


@pytest.mark.parametrize("language", ["fr_SN.UTF-8", "en_GB.UTF-8"])
def test_both_languages_say_every_fault(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", language)
    texts = TOOL._texts()
    facts = dict.fromkeys("seq wanted line lost before entries other detail file byte".split(), "7")
    for name, text in texts.items():
        said = text.format(**facts, what="…", first=1, last=2, head="ab")
        assert "{" not in said, name
    assert TOOL.FRENCH.keys() == TOOL.ENGLISH.keys()
