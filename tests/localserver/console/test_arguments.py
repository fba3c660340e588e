"""Wrong usage is one clear sentence in the terminal's language, and so is all help; the exit code stays 2."""

from __future__ import annotations

import argparse
import gettext
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.i18n import catalogue
from localserver.console.arguments import build_parser
from localserver.console.parser import shown
from main import main
from tests.arch.sources import ROOT
from tests.arch.test_texts import argparses_own, said_by

WRONG = [  # words, the command whose help is named, the sentence in French and in English
    (
        "stor",
        "livepay",
        "Commande inconnue « stor ». Vouliez-vous dire « store » ?",
        "Unknown command “stor”. Did you mean “store”?",
    ),
    (
        "store creat",
        "livepay store",
        "Commande inconnue « creat ». Vouliez-vous dire « create » ?",
        "Unknown command “creat”. Did you mean “create”?",
    ),
    (
        "audit zzz",
        "livepay audit",
        "Commande inconnue « zzz ». Il y a : verify, export.",
        "Unknown command “zzz”. There are: verify, export.",
    ),
    ("serve", "livepay serve", "Il manque : boutique.", "The following arguments are required: store."),
    ("backups", "livepay backups", "Il manque : ACTION.", "The following arguments are required: ACTION."),
    (
        "serve a --port 70000",
        "livepay serve",
        "--port : « 70000 » n’est pas un nombre entier de 0 à 65535.",
        "Argument --port: “70000” is not a whole number from 0 to 65535.",
    ),
    ("serve a --port", "livepay serve", "--port : une valeur est attendue.", "Argument --port: expected one argument."),
    (
        "store grant a b --minutes 5 --scopes",
        "livepay store grant",
        "--scopes : une valeur au moins est attendue.",
        "Argument --scopes: expected at least one argument.",
    ),
    (
        "store grant a b --minutes x",
        "livepay store grant",
        "--minutes : 'x' ne convient pas ici.",
        "Argument --minutes: invalid int value: 'x'.",
    ),
    (
        "papers list a --kind inv",
        "livepay papers list",
        "--kind : « inv » n’est pas un des choix. Il y a : invoice, credit_note, receipt.",
        "Argument --kind: “inv” cannot be chosen. There are: invoice, credit_note, receipt.",
    ),
    ("store list --nope", "livepay", "Ceci n’est pas connu ici : --nope.", "Unrecognized arguments: --nope."),
    (
        "audit export a b --year 2020 --by-year",
        "livepay audit export",
        "--by-year : ne va pas avec --year.",
        "Argument --by-year: not allowed with argument --year.",
    ),
    (
        "backups list",
        "livepay backups list",
        "Il faut l’une de ces options : --folder --bucket.",
        "One of the arguments --folder --bucket is required.",
    ),
    (
        "store list --json=3",
        "livepay store list",
        "--json : cette option ne prend pas de valeur, et '3' est de trop.",
        "Argument --json: ignored explicit argument '3'.",
    ),
    (
        "--h",
        "livepay",
        "--h peut vouloir dire --help, --home : écrivez l’option en entier.",
        "Ambiguous option: --h could match --help, --home.",
    ),
    (
        "audit verify a --head 12",
        "livepay audit verify",
        "--head : « 12 » n’est pas une empreinte de 64 caractères de 0 à 9 et de a à f.",
        "Argument --head: “12” is not a hash of 64 characters from 0 to 9 and a to f.",
    ),
    (
        "customers erase a 0",
        "livepay customers erase",
        "Identifiant : « 0 » n’est pas un nombre entier de 1 à 9223372036854775807.",
        "Argument id: “0” is not a whole number from 1 to 9223372036854775807.",
    ),
]


def typeset(text: str) -> str:
    """With the narrow no-break spaces of French."""
    for sign in ":;!?»":
        text = text.replace(f" {sign}", f"\u202f{sign}")
    return text.replace("« ", "«\u202f")


@pytest.mark.parametrize("case", WRONG, ids=[case[0] for case in WRONG])
def test_wrong_usage_is_one_sentence(
    case: tuple[str, str, str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words, command, french, english = case
    french, english = typeset(f"{french} Aide : {command} --help"), f"{english} Help: {command} --help"
    heard = {}
    for code in ("fr_FR.UTF-8", "en_US.UTF-8", "mg_MG.UTF-8"):
        monkeypatch.setenv("LC_ALL", code)
        with pytest.raises(SystemExit, match=r"^2$"):
            main(words.split())
        out, heard[code[:2]] = capsys.readouterr()
        assert out == ""
    assert (heard["fr"], heard["en"]) == (french + "\n", english + "\n")
    assert heard["mg"].endswith(f" Fanampiana: {command} --help\n")
    assert heard["mg"].count("\n") == 1


def test_what_gettext_was_set_to_is_given_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = gettext.textdomain()
    for language in (None, "sw"):
        monkeypatch.delenv("LANGUAGE", raising=False) if language is None else monkeypatch.setenv("LANGUAGE", language)
        with pytest.raises(SystemExit):
            main(["stor"])
        assert os.environ.get("LANGUAGE") == language
        assert gettext.textdomain() == before


def test_what_is_no_text_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "fr")
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["store", "create", "\udcff", "--country", "SN"])
    assert capsys.readouterr().err == typeset("Nom : ceci n’est pas du texte. Aide : livepay --help\n")


def commands(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, under in action.choices.items():
                yield from commands(under, (*words, name))


EVERY = sorted(commands(build_parser()))


def english_only() -> dict[str, str]:
    """What the command line says in English and otherwise in French, as long as it is more than a word."""
    texts = catalogue("console", "fr")
    given = {text for text, _ in said_by(build_parser())} | set(argparses_own())
    return {text: texts.gettext(text) for text in given if " " in text.strip() and texts.gettext(text) != text}


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_holds_no_english(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setenv("LC_ALL", "en")
    english = english_only()
    helps = {}
    for code in ("en", "fr"):
        monkeypatch.setenv("LC_ALL", code)
        with pytest.raises(SystemExit, match=r"^0$"):
            main([*words, "--help"])
        helps[code], err = capsys.readouterr()
        assert err == ""
    assert helps["fr"].startswith(f"utilisation\u202f: {' '.join(('livepay', *words))} [-h]")
    assert [text for text in english if text in helps["fr"]] == []
    found = [text for text in english if text in helps["en"]]
    assert "show this help message and exit" in found
    assert [text for text in found if english[text] not in helps["fr"]] == []
    for heading in ("options:", "commands:", "positional arguments:", "usage:"):
        assert heading not in helps["fr"]


def process(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    wanted = {name: value for name, value in os.environ.items() if name not in {"LC_ALL", "LANG", "LANGUAGE"}}
    command = [sys.executable, str(ROOT / "main.py"), *words]
    return subprocess.run(command, env={**wanted, **environment}, capture_output=True, check=False, timeout=60)


def test_a_real_terminal_hears_its_language() -> None:
    for environment, said in (
        ({"LANG": "fr_SN.UTF-8"}, "Vouliez-vous dire «\u202fbackup\u202f»\u202f?"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de"}, "Vouliez-vous dire «\u202fbackup\u202f»\u202f?"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "fr"}, "Did you mean “backup”?"),
    ):
        done = process("bakup", PYTHONUTF8="1", **environment)
        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
        assert said in done.stderr.decode()


def test_a_terminal_without_the_characters_still_gets_its_help() -> None:
    done = process("store", "--help", LC_ALL="fr", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"cr?er et r?gler des boutiques" in done.stdout


@given(st.text())
def test_what_was_typed_fits_a_sentence(typed: str) -> None:
    text = shown(typed)
    assert text.replace("\u202f", "").isprintable()
    assert len(text) <= 80
    if typed.isprintable() and len(typed) <= 80:
        assert text == typed


@pytest.mark.parametrize("before", [(), ("store", "list"), ("audit", "verify", "a", "--head"), ("store", "--json=")])
def test_a_mistake_of_many_megabytes_is_still_one_line(
    before: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "fr")
    with pytest.raises(SystemExit, match=r"^2$"):
        main([*before, "\x1b[31m\n" + "x" * 3_000_000])
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert len(err) < 600
    assert "\x1b" not in err
