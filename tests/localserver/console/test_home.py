"""A home that is none, or that is closed to who asks: one sentence that names it, exit code 3, and nothing is made."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.kernel.errors import EnvironmentProblem
from core.storage.folder import Home
from main import main
from tests.bench.processes import ROOT

EVERY = [
    ("store", "list"),
    ("store", "show", "boutique"),
    ("store", "create", "Boutique", "--country", "SN"),
    ("serve", "boutique"),
    ("backups", "now", "boutique"),
]


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
@pytest.mark.parametrize("named", ["--home", "LIVEPAY_HOME"])
def test_a_file_is_no_home(
    words: tuple[str, ...],
    named: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home.txt"
    home.write_text("not a folder")
    if named == "LIVEPAY_HOME":
        monkeypatch.setenv(named, str(home))
    else:
        words = (*words, named, str(home))
    assert main(list(words)) == 3
    sentence = f"{home} n’est pas un dossier. Indiquez le dossier des boutiques avec --home ou LIVEPAY_HOME.\n"
    assert capsys.readouterr() == ("", sentence)
    assert home.read_text() == "not a folder"


def test_stores_may_be_no_file_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stores").write_text("")
    assert main(["store", "list", "--home", str(tmp_path)]) == 3
    assert capsys.readouterr().err.startswith(f"{tmp_path / 'stores'} n’est pas un dossier.")


def test_a_name_that_no_disk_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / ("n" * 300)
    assert main(["store", "list", "--home", str(home)]) == 3
    assert "est illisible (nom de fichier trop long)." in capsys.readouterr().err


def test_a_home_that_is_not_there_yet_has_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["store", "list", "--json", "--home", str(tmp_path / "later")]) == 0
    assert capsys.readouterr() == ("[]\n", "")


def test_the_doctor_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home.txt"
    home.touch()
    assert main(["doctor", "--home", str(home)]) == 1
    told = capsys.readouterr().out
    assert f"✕ boutiques\u202f: {home} n’est pas un dossier." in told
    assert "SQLite" in told


NOBODY = 65534
AS_SOMEBODY_ELSE = """
import os, shutil, socket, sys, uuid  # all of it now: this Python may be out of reach for somebody else
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.storage.folder import Home
from pathlib import Path
explain(LivePayError(""))
if os.geteuid() == 0:
    os.setgroups([]); os.setgid({nobody}); os.setuid({nobody})
home = Home(Path(sys.argv[1]))
for act in (home.list, lambda: home.folder("boutique"), lambda: home.create("Boutique", "SN", "XOF", "fr", "shop")):
    try:
        print(act())
    except LivePayError as error:
        print(type(error).__name__, explain(error))
"""


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A home that somebody else may reach; each test takes rights from it."""
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):  # each worker has a folder of its own in between
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    (tmp_path / "home" / "stores" / "boutique").mkdir(parents=True)
    yield tmp_path / "home"
    for folder in (tmp_path / "home", tmp_path / "home" / "stores"):
        folder.chmod(0o755)


def as_somebody_else(home: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY_ELSE.format(nobody=NOBODY), str(home)],
        capture_output=True,
        check=True,
        timeout=60,
        text=True,
        encoding="utf-8",
    )
    return done.stdout.splitlines()


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
@pytest.mark.parametrize("mode", [0o000, 0o444])
@pytest.mark.parametrize("part", [".", "stores"])
def test_a_home_that_may_not_be_read(mode: int, part: str, closed: Path) -> None:
    (closed / part).chmod(mode)
    told = as_somebody_else(closed)
    assert len(told) == 3
    sentence = f"Le dossier {closed} est illisible (accès refusé). Indiquez-en un autre avec --home ou LIVEPAY_HOME."
    assert set(told) == {f"EnvironmentProblem {sentence}"}


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_home_that_may_not_be_written(closed: Path) -> None:
    (closed / "stores").chmod(0o555)
    listed, missing, refused = as_somebody_else(closed)
    assert (listed, missing[:9]) == ("[]", "NotFound ")
    folder = closed / "stores" / "boutique-2"
    assert refused == f"EnvironmentProblem Impossible d’écrire dans le dossier {folder} (accès refusé)."


def test_a_provider_that_is_not_known_is_named_before_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["payments", "reconcile", "boutique", "--provider", "nope", "--home", str(tmp_path)]
    for more in ([], ["--statement", str(tmp_path / "none.csv")]):
        assert main([*words, *more]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("Opérateur de paiement inconnu\u202f: «\u202fnope\u202f». Il y a\u202f: ")
        assert "wave" in err


def test_the_reason_is_kept_in_english_for_an_english_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert main(["products", "import", "boutique", str(tmp_path / "none.csv"), "--home", str(tmp_path)]) == 3
    assert capsys.readouterr().err.endswith("none.csv cannot be read (No such file or directory).\n")


def test_a_home_is_looked_at_without_being_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentProblem):
        Home(tmp_path / "file" / "deeper").list()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_reading_the_arguments_loads_neither_the_shop_nor_qt() -> None:
    """The window's start waits for it."""
    heavy = ("core.bootstrap", "aiohttp", "PySide6", "core.storage.engine")
    code = f"import sys, main; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
