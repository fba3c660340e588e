"""``livepay conversations``: taken over, answered, noted and counted from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from main import main
from tests.support.talking import chat


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Awa asks something that only the shop knows, just now."""
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    from core.kernel.clock import SystemClock

    with chat(tmp_path) as talk:
        talk.clock.set(SystemClock().now())
        talk.hears("vous livrez à Thiès ?")
        return talk.home.path


def run(home: Path, *words: str) -> int:
    return main(["conversations", words[0], "boutique-teranga", *words[1:], "--home", str(home)])


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_from_the_queue_to_resolved(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "queue") == 0
    line = capsys.readouterr().out
    assert "Awa Ndour" in line
    assert "Demande une livraison à Thiès" in line
    assert run(home, "reply", "1", "Oui, demain.", "--json") == 0
    shown = told(capsys)
    assert (shown["need"], shown["taken_by"], shown["waiting_seconds"]) == ("seller", "console", None)
    assert run(home, "resume", "1", "--json") == 0
    assert told(capsys)["need"] == "bot"
    assert run(home, "take-over", "1") == 0
    assert "le bot reprend dans" in capsys.readouterr().out
    assert run(home, "resolve", "1", "--json") == 0
    assert told(capsys)["closed_at"]
    assert run(home, "queue") == 0
    assert capsys.readouterr().out == "Personne n’attend de réponse humaine.\n"
    assert run(home, "figures", "--json") == 0
    found = told(capsys)
    assert (found["escalated"], found["by_person"]) == (1, 1)
    assert run(home, "figures") == 0
    assert "passées à une personne" in capsys.readouterr().out


def test_notes_and_answers(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "note", "1", "préfère le samedi") == 0
    assert "jamais envoyée" in capsys.readouterr().out
    assert run(home, "keep-answer", "/merci", "Merci {name} !", "--json") == 0
    assert told(capsys) == {"id": 1, "shortcut": "merci"}
    assert run(home, "answers") == 0
    assert "/merci  fr  Merci {name} !" in capsys.readouterr().out
    assert run(home, "drop-answer", "1") == 0
    assert run(home, "drop-answer", "1") == 1
    capsys.readouterr()
    assert run(home, "answers", "--json") == 0
    assert told(capsys) == []


@pytest.mark.parametrize(
    "words",
    [("show", "77"), ("reply", "77", "x"), ("take-over", "77"), ("note", "1", " "), ("keep-answer", "a b", "x")],
)
def test_what_cannot_be_done_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert run(home, *words) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1
