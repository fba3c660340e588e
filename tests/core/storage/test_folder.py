"""Stores as folders: keys, secrets, the lock, backup and restore."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from core.bootstrap import create_store, open_shop
from core.kernel.errors import EnvironmentProblem, NotFound, Refused
from core.storage.folder import Home, hold, slugify
from core.storage.vault import FileVault, KeyringVault
from tests.support.keyrings import MemoryKeyring


@pytest.mark.parametrize(("name", "slug"), [("Boutique Téranga", "boutique-teranga"), ("L’Été – 2 !", "l-ete-2")])
def test_a_store_is_named_after_its_name(name: str, slug: str) -> None:
    assert slugify(name) == slug


def test_a_name_without_letters_or_digits_is_refused() -> None:
    with pytest.raises(Refused):
        slugify("!?…")


def test_two_stores_of_one_name_are_refused_and_similar_ones_numbered(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert create_store(home, "Chez Awa", "SN").slug == "chez-awa"
    assert create_store(home, "Chez AWA!", "SN").slug == "chez-awa-2"
    with pytest.raises(Refused):
        create_store(home, "Chez Awa", "SN")
    with pytest.raises(NotFound, match="chez-awa"):
        home.folder("nulle-part")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_key_and_secrets_are_for_the_owner_only_and_secrets_are_sealed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    folder = home.folder(create_store(home, "Chez Awa", "SN").slug)
    shop = open_shop(home, folder.name)
    shop.settings.set_secret("whatsapp.access_token", "EAAverysecret")
    shop.close()
    for name in ("store.key", "secrets.sealed"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert not any(b"EAAverysecret" in f.read_bytes() for f in folder.rglob("*") if f.is_file())


def test_with_a_master_key_nothing_readable_lies_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEPAY_MASTER_KEY", "one key to open them")
    home = Home(tmp_path)
    card = create_store(home, "Chez Awa", "SN")
    assert not (home.folder(card.slug) / "store.key").exists()
    open_shop(home, card.slug).close()
    monkeypatch.setenv("LIVEPAY_MASTER_KEY", "another")
    with pytest.raises(EnvironmentProblem):
        open_shop(home, card.slug)
    monkeypatch.delenv("LIVEPAY_MASTER_KEY")
    with pytest.raises(EnvironmentProblem, match="LIVEPAY_MASTER_KEY"):
        open_shop(home, card.slug)


def test_where_there_is_a_keyring_the_key_and_the_secrets_live_there(tmp_path: Path) -> None:
    with MemoryKeyring.installed() as ring:
        home = Home(tmp_path)
        card = create_store(home, "Chez Awa", "SN")
        assert isinstance(home.vault(card.slug), KeyringVault)
        shop = open_shop(home, card.slug)
        shop.settings.set_secret("whatsapp.access_token", "EAAsecret")
        shop.close()
        assert "EAAsecret" in ring.entries.values()
        assert not any(b"EAAsecret" in f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
        home.delete(card.slug)
        assert ring.entries == {}


def test_a_store_open_here_cannot_be_opened_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    card = create_store(home, "Chez Awa", "SN")
    shop = open_shop(home, card.slug)
    with pytest.raises(EnvironmentProblem, match="already open"):
        hold(home.folder(card.slug))
    shop.close()
    hold(home.folder(card.slug)).release()


def test_the_file_vault_forgets_a_secret_set_to_nothing(tmp_path: Path) -> None:
    vault = FileVault(tmp_path, "id", None)
    vault.new_database_key()
    vault.set("a", "1")
    vault.set("a", "")
    assert vault.get("a") is None
