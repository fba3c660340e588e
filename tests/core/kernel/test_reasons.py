"""Why the system refuses, in the reader's language: by the error's number, whatever words the system has for it."""

from __future__ import annotations

import errno
import json
import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import EnvironmentProblem, LivePayError
from core.kernel.i18n import explain, sentence
from core.kernel.reasons import KNOWN, NO_SUCH_HOST, REASONS, reason

READ = "The file {path} cannot be read ({detail})."


def refused_by(path: Path, *, writing: bool = False) -> str:
    with pytest.raises(OSError) as caught, path.open("wb" if writing else "rb"):  # noqa: PT011
        pass
    return explain(EnvironmentProblem(READ, path=path.name[:20], detail=reason(caught.value)))


def test_what_the_disk_says_is_said_in_french(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refused_by(tmp_path / "none") == "Le fichier none est illisible (ce fichier ou ce dossier n’existe pas)."
    if os.name == "posix":
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        assert refused_by(tmp_path / "file" / "in") == "Le fichier in est illisible (ce n’est pas un dossier)."
        assert refused_by(tmp_path / ("n" * 300)).endswith("(nom de fichier trop long).")
        assert refused_by(tmp_path / "loop").endswith("(trop de liens qui se suivent).")
        assert refused_by(tmp_path, writing=True).endswith("(c’est un dossier).")


@pytest.mark.parametrize("number", REASONS)
def test_every_usual_reason_has_words_in_every_language(number: int) -> None:
    error = OSError(number, "Worte des Systems")
    assert reason(error) == REASONS[number]
    problem = EnvironmentProblem(READ, path="p", detail=reason(error))
    assert REASONS[number] in explain(problem, "en")
    assert REASONS[number] not in explain(problem, "fr")
    assert REASONS[number] not in explain(problem, "mg")
    assert explain(problem, "mg") != explain(problem, "fr")


def test_a_file_that_another_program_has_open_on_windows() -> None:
    class FromWindows(PermissionError):
        winerror = 32

    assert reason(FromWindows(errno.EACCES, "Der Prozess kann nicht zugreifen")) == REASONS[errno.EBUSY]


def test_a_name_that_is_not_known_is_no_error_of_a_file() -> None:
    """Its numbers mean other things than errno's: 2 is a missing file there."""
    assert reason(socket.gaierror(2, "temporary failure")) == NO_SUCH_HOST


def test_what_is_not_usual_is_told_as_the_system_tells_it() -> None:
    assert reason(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    assert reason(OSError("only a text")) == "only a text"
    assert reason(TimeoutError()) == "TimeoutError"


def test_what_was_noted_is_translated_when_it_is_read_back() -> None:
    problem = EnvironmentProblem(READ, path="p", detail=reason(OSError(errno.ENOSPC, "")))
    noted = json.loads(json.dumps({"message": problem.message, "params": problem.params}))
    assert explain(LivePayError(noted["message"], **noted["params"])) == explain(problem)
    assert "plus de place sur le disque" in explain(problem)


@given(st.text().filter(lambda value: value not in KNOWN), st.integers())
def test_other_values_stay_as_they_are(text: str, number: int) -> None:
    assert sentence("{a} {b}", {"a": text, "b": number}) == f"{text} {number}"
