"""Putting a store away and taking it back; a store whose card is damaged among good ones."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from core.bootstrap import create_store, open_shop
from core.kernel.errors import EnvironmentProblem, Refused
from core.storage.folder import Home, Standing
from main import main


def test_an_archived_store_keeps_its_data_and_opens_for_nobody_until_it_is_taken_back(tmp_path: Path) -> None:
    home = Home(tmp_path)
    slug = create_store(home, "Chez Awa", "SN").slug
    shop = open_shop(home, slug)
    try:
        shop.settings.set("store.city", "Thiès", "test")
        with pytest.raises(EnvironmentProblem, match="already open"):
            home.archive(slug)
        assert not home.archived(slug)
    finally:
        shop.close()
    home.archive(slug)
    home.archive(slug)
    before = (home.folder(slug) / "store.db").read_bytes()
    with pytest.raises(Refused, match="archived"):
        open_shop(home, slug)
    assert (home.folder(slug) / "store.db").read_bytes() == before
    home.archive(slug, away=False)
    shop = open_shop(home, slug)
    try:
        assert shop.settings.get("store.city") == "Thiès"
    finally:
        shop.close()


def test_a_store_whose_card_is_damaged_hides_none_of_the_others(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name in ("Zaza", "Awa", "Binta"):
        create_store(home, name, "SN")
    (home.stores / "binta" / "store.json").write_text("{")
    home.archive("zaza")
    found = home.survey()
    assert [(one.slug, one.name, one.archived, one.problem is None) for one in found] == [
        ("awa", "Awa", False, True),
        ("binta", "binta", False, False),
        ("zaza", "Zaza", True, True),
    ]
    assert Home(tmp_path / "elsewhere").survey() == ()
    assert isinstance(found[1], Standing)
    assert "store.json" in str(found[1].problem)


def test_the_console_archives_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    home = Home(tmp_path)
    create_store(home, "Chez Awa", "SN")
    where = ("--home", str(tmp_path))
    assert main(["store", "archive", "chez-awa", *where]) == 0
    assert main(["store", "list", *where]) == 0
    assert "archivée" in capsys.readouterr().out.splitlines()[-1]
    assert main(["store", "get", "chez-awa", *where]) == 1
    assert main(["store", "unarchive", "chez-awa", *where]) == 0
    assert main(["store", "get", "chez-awa", *where]) == 0


def test_any_thread_lets_a_store_go(tmp_path: Path) -> None:
    home = Home(tmp_path)
    slug = create_store(home, "Chez Awa", "SN").slug
    shop = open_shop(home, slug)
    other = Thread(target=shop.close)
    other.start()
    other.join()
    open_shop(home, slug).close()
    del shop  # until here, so that no collector gives the lock back
