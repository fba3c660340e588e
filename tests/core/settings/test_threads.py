"""Settings changed from several threads at once: what is read is what is stored, and nothing stays built on the old."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from core.kernel.errors import StorageFailed
from core.settings.declarations import BASE
from core.settings.service import Settings
from core.storage.engine import Engine
from core.storage.vault import choose_vault
from tests.support.stores import bare_engine


def settings_of(engine: Engine, folder: Path) -> Settings:
    vault = choose_vault(folder, "test", "file")
    if not (folder / "store.key").exists():
        vault.new_database_key()
    return Settings(engine, vault, BASE)


def interleaved(first: Callable[[], Any], second: Callable[[], Any], code: Any, line: int) -> None:
    """Run ``first``; when it reaches the n-th line of ``code`` let ``second`` run, to its end or until it must wait."""
    other = threading.Thread(target=second)
    lines = 0

    def on_line(_: FrameType, event: str, __: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        if lines == line and not other.ident:
            other.start()
            other.join(0.2)
        return on_line

    sys.settrace(lambda frame, _, __: on_line if frame.f_code is code else None)
    try:
        first()
    finally:
        sys.settrace(None)
    if other.ident:
        other.join()


@pytest.mark.parametrize("line", range(1, 14))
def test_the_value_read_is_the_value_stored(tmp_path: Path, line: int) -> None:
    with bare_engine(tmp_path) as engine:
        settings = settings_of(engine, tmp_path)
        interleaved(
            lambda: settings.set("store.city", "Dakar"),
            lambda: settings.set("store.city", "Thiès"),
            Settings.set.__code__,
            line,
        )
        stored = engine.read(lambda r: r.value("SELECT value FROM setting WHERE key = 'store.city'"))
        assert settings.get("store.city") == stored


def test_a_secret_that_cannot_be_journalled_is_not_changed(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        settings = settings_of(engine, tmp_path)
        settings.set_secret("whatsapp.app_secret", "first")
        trigger = "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'no room'); END"
        engine.call(lambda tx: tx.run(trigger))
        with pytest.raises(StorageFailed, match="no room"):
            settings.set_secret("whatsapp.app_secret", "second")
        assert settings.secret("whatsapp.app_secret") == "first"
        assert settings_of(engine, tmp_path).secret("whatsapp.app_secret") == "first"


def test_who_is_told_of_a_change_reads_the_new_value(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        settings = settings_of(engine, tmp_path)
        seen: list[str] = []
        told = threading.Event()

        def on_events(_: object) -> None:
            seen.append(settings.get("store.name"))
            told.set()

        end = engine.subscribe(on_events)
        before = settings.version
        settings.set("store.name", "Chez Awa")
        assert told.wait(60)
        end()
        assert seen == ["Chez Awa"]
        assert settings.version == before + 1
