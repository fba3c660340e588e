"""What is lent to a run is in front of what is stored, and leaves it as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.errors import NotFound, Refused
from tests.core.settings.test_threads import settings_of
from tests.support.stores import bare_engine

ID, TOKEN = "whatsapp.phone_number_id", "whatsapp.access_token"


def test_a_run_on_lent_connections_leaves_the_real_ones(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        settings = settings_of(engine, tmp_path)
        settings.set(ID, "111")
        settings.set_secret(TOKEN, "real")
        settings.lend({ID: "999", TOKEN: "play", "whatsapp.verify_token": "play"})
        assert (settings.get(ID), settings.secret(TOKEN)) == ("999", "play")
        assert settings.secrets_set() == [TOKEN], "a backup takes what is kept, not what is lent"
        again = settings_of(engine, tmp_path)
        assert (again.get(ID), again.secret(TOKEN), again.secret("whatsapp.verify_token")) == ("111", "real", "")


def test_an_own_change_ends_the_loan_and_both_are_told(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        settings = settings_of(engine, tmp_path)
        told: list[int] = []
        settings.on_change = lambda: told.append(settings.version)
        settings.lend({ID: "999", TOKEN: "play"})
        settings.set(ID, "222")
        settings.set_secret(TOKEN, "new")
        assert (settings.get(ID), settings.secret(TOKEN)) == ("222", "new")
        assert told == [1, 2, 3]


def test_what_no_setting_takes_is_not_lent(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        settings = settings_of(engine, tmp_path)
        with pytest.raises(NotFound):
            settings.lend({ID: "999", "no.such": "x"})
        with pytest.raises(Refused):
            settings.lend({ID: "999", "whatsapp.api_version": "26"})
        assert settings.get(ID) == ""
