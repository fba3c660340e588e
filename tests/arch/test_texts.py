"""Texts for people: every id used is translated, every translation is used, and both keep the same placeholders."""

from __future__ import annotations

import argparse
import ast
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from core.adapters.psp import REGISTRY
from core.adapters.psp.cinetpay_v2 import LegacyPlatform
from core.kernel.i18n import DEFAULT_LANGUAGE, LANGUAGES
from core.kernel.reasons import KNOWN
from core.settings.declarations import ACCOUNT, BASE
from core.support.trace import MESSAGES
from localserver.console.arguments import build_parser
from tests.arch.sources import ROOT, modules, parsed, project_files

LOCALE = ROOT / "resources" / "locale"
CATALOGUES = sorted(LOCALE.rglob("*.po"))
EACH = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{language(path)}-{path.stem}")
# An ordinary or a full no-break space where French wants a narrow one (U+202F).
WIDE = re.compile(r"[ \u00a0][;:!?»](?=\s|$)|«[ \u00a0]|\d \d{3}\b")
# Signs as other languages set them, and words that Malagasy texts say otherwise: kaomandy, devis, môdely, ordinatera.
OTHER_SIGNS = re.compile(r"[ \u00a0\u202f][:;?!](?=\s|$)|(?<=[a-z])'(?=[a-z])")
OTHER_WORDS = re.compile(r"\b(commande|baiko|tombana|modely|solosaina|lien)\b", re.IGNORECASE)
Keywords = Mapping[str, tuple[int | tuple[int, str], ...] | None]
ERROR_BASES = {"LivePayError"}


def language(path: Path) -> str:
    return path.parent.parent.name


def read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=language(path), abort_invalid=True)


def messages(path: Path) -> Iterator[Message]:
    return (message for message in read(path) if message.id)


def forms(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


@EACH
def test_catalogue_is_of_a_language_we_speak_and_says_its_encoding(path: Path) -> None:
    assert language(path) in LANGUAGES
    assert read(path).charset.lower() == "utf-8"


@EACH
def test_every_text_is_translated_and_nothing_is_fuzzy(path: Path) -> None:
    assert [m.id for m in messages(path) if m.fuzzy or not all(forms(m.string))] == []


@EACH
def test_no_id_is_given_twice(path: Path) -> None:
    """A second entry would silently win over the first."""
    text = path.read_text("utf-8")
    keys = re.findall(r'^(?:msgctxt (.*)\n)?msgid (".*"(?:\n".*")*)', text, re.MULTILINE)
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


@EACH
def test_translations_keep_the_placeholders(path: Path) -> None:
    """A singular may leave the number out (« une commande »); nothing may be invented."""
    wrong = []
    for message in messages(path):
        wanted = set().union(*map(placeholders, forms(message.id)))
        for index, form in enumerate(forms(message.string)):
            optional = {"n"} if len(forms(message.string)) > 1 and index == 0 else set()
            if not wanted - optional <= placeholders(form) <= wanted:
                wrong.append(form)
    assert wrong == []


def test_translations_keep_argparses_placeholders() -> None:
    """Named ones may be left out or said without quotes; the others stay as they are and in order."""
    own = argparses_own()
    for message in (each for path in CATALOGUES if path.stem == "console" for each in messages(path)):
        for text, form in zip(forms(message.id), forms(message.string), strict=True):
            if text in own:
                named, plain = re.compile(r"%\(\w+\)"), re.compile(r"%[a-z]")
                assert set(named.findall(form)) <= set(named.findall(text)), form
                assert plain.findall(form) == plain.findall(text), form


@pytest.mark.parametrize("path", [p for p in CATALOGUES if language(p) == "fr"], ids=lambda path: path.stem)
def test_french_has_its_narrow_spaces(path: Path) -> None:
    assert [form for m in messages(path) for form in forms(m.string) if WIDE.search(form)] == []


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code not in (DEFAULT_LANGUAGE, "en")])
def test_what_is_said_in_french_is_said_in_every_other_language(code: str) -> None:
    """A text that a language lacks would be said in French there; English is said by the ids themselves."""

    def known(spoken: str) -> set[tuple[str, object, tuple[str, ...]]]:
        paths = [path for path in CATALOGUES if language(path) == spoken]
        return {(path.stem, message.context, forms(message.id)) for path in paths for message in messages(path)}

    assert known(code) ^ known(DEFAULT_LANGUAGE) == set()


@pytest.mark.parametrize("path", [p for p in CATALOGUES if language(p) == "mg"], ids=lambda path: path.stem)
def test_malagasy_keeps_to_its_signs_and_to_one_word_for_a_thing(path: Path) -> None:
    """No space before : ; ? !, an apostrophe that is one, and the same loan-word everywhere."""
    said = [form for message in messages(path) for form in forms(message.string)]
    assert [form for form in said if OTHER_SIGNS.search(form) or OTHER_WORDS.search(form)] == []


def error_classes() -> dict[str, ast.ClassDef]:
    """Everything that derives from LivePayError, by any number of steps."""
    classes = {
        node.name: node for path in modules() for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)
    }
    bases = {name: {ast.unparse(base).rpartition(".")[2] for base in node.bases} for name, node in classes.items()}
    known = set(ERROR_BASES)
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return {name: classes[name] for name in known}


def words_itself(node: ast.ClassDef) -> bool:
    """An error with an ``__init__`` of its own is not given its message by who raises it: only a code or a detail."""
    return any(isinstance(part, ast.FunctionDef) and part.name == "__init__" for part in node.body)


def own_words(node: ast.ClassDef) -> set[str]:
    """The messages that an error hands to its base."""
    return {
        call.args[0].value
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__"
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


def ids_in(method: str, files: Iterable[Path], keywords: Keywords) -> dict[str, str]:
    """Every literal given to one of these functions → where."""
    found: dict[str, str] = {}
    for path in files:
        with path.open("rb") as source:
            for line, text, _, _ in extract(method, source, keywords=keywords):
                found.update(dict.fromkeys(forms(text), f"{path.relative_to(ROOT)}:{line}"))
    return found


def known_ids(domain: str) -> set[str]:
    path = LOCALE / DEFAULT_LANGUAGE / "LC_MESSAGES" / f"{domain}.po"
    return {form for message in messages(path) for form in forms(message.id)} if path.exists() else set()


def untranslated(used: dict[str, str], *domains: str) -> dict[str, str]:
    known = set().union(*map(known_ids, domains))
    return {text: where for text, where in used.items() if text not in known}


def test_every_error_can_be_said_in_french() -> None:
    classes = error_classes()
    given = [name for name, node in classes.items() if name in ERROR_BASES or not words_itself(node)]
    used = ids_in("python", modules(), dict.fromkeys(given))
    used |= {text: name for name, node in classes.items() for text in own_words(node)}
    assert untranslated(used, "errors") == {}


def test_every_finding_of_a_connection_test_can_be_said_in_french() -> None:
    assert untranslated(ids_in("python", modules("core"), {"Finding": (2,)}), "errors") == {}


def test_every_reason_of_the_system_can_be_said_in_french() -> None:
    assert untranslated(dict.fromkeys(KNOWN, "core.kernel.reasons"), "errors") == {}


def test_every_setting_has_a_french_name() -> None:
    used = {text: setting.key for setting in (*BASE, *ACCOUNT) for text in (setting.label, setting.hint)}
    for provider in REGISTRY:
        used |= {
            text: f"{provider.name}.{field.name}" for field in provider.fields for text in (field.label, field.hint)
        }
    used.pop("", None)
    assert untranslated(used, "errors") == {}


def test_every_instruction_for_a_providers_pages_can_be_said_in_french() -> None:
    boards = [*(provider.dashboard for provider in REGISTRY), LegacyPlatform.dashboard]
    used = {text: board.keys for board in boards for text in (board.keys, *board.steps)}
    assert untranslated(used, "errors") == {}


def test_every_step_of_a_trace_can_be_said_in_french() -> None:
    used = ids_in("python", modules("core"), {"Step": (2,)}) | dict.fromkeys(MESSAGES, "core.support.trace")
    assert untranslated(used, "support") == {}


def test_every_text_of_the_window_is_translated() -> None:
    words: Keywords = {"t": None, "_t": None, "mark": None, "plural": (1, 2), "of": ((1, "c"), 2)}
    assert untranslated(ids_in("python", modules("desktop"), words), "desktop") == {}


def test_every_text_of_the_other_doors_is_translated() -> None:
    """Pay pages, overlay, messages, console: their domains are all but the window's."""
    words: Keywords = {"_": None, "tr": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    used = ids_in("python", modules("core", "localserver", "main.py"), words)
    used |= ids_in("jinja2.ext:babel_extract", project_files(".html"), words)
    domains = {path.stem for path in CATALOGUES} - {"desktop"}
    assert untranslated(used, *domains) == {}


def said_by(parser: argparse.ArgumentParser, name: str = "livepay") -> Iterator[tuple[str, str]]:
    """Every text that a parser was given → the command it belongs to; in English, as the terminal's language asks."""
    actions = parser._actions
    yield from ((text, name) for text in (parser.description, *(action.help for action in actions)) if text)
    yield from ((group.title, name) for group in parser._action_groups if group.title)
    for action in actions:
        if isinstance(action.metavar, str) and action.choices is None:
            yield action.metavar, name
        if isinstance(action, argparse._SubParsersAction):
            yield str(action.metavar), name
            for command, under in action.choices.items():
                yield from said_by(under, f"{name} {command}")


# What argparse says to who writes a parser, and what ours says in its place.
NOT_FOR_USERS = {
    ".__call__() not defined",
    "conflicting subparser: %s",
    "conflicting subparser alias: %s",
    "unknown parser %(parser_name)r (choices: %(choices)s)",
    'argument "-" with mode %r',
    "can't open '%(filename)s': %(error)s",
    "cannot merge actions - two groups are named %r",
    "'required' is an invalid argument for positionals",
    "invalid option string %(option)r: must start with a character %(prefix_chars)r",
    "dest= is required for options like %r",
    "invalid conflict_resolution value: %r",
    "conflicting option string: %s",
    "conflicting option strings: %s",
    "mutually exclusive arguments must be optional",
    "cannot have multiple subparser arguments",
    "unexpected option string: %s",
    "%r is not callable",
    "invalid choice: %(value)r (choose from %(choices)s)",
    "%(prog)s: error: %(message)s\n",
}


def argparses_own() -> dict[str, str]:
    with Path(argparse.__file__).open("rb") as source:
        found = extract("python", source, keywords={"_": None, "ngettext": (1, 2)})
        return {form: f"argparse:{line}" for line, text, _, _ in found for form in forms(text) if form}


def test_the_command_line_speaks_french(monkeypatch: pytest.MonkeyPatch) -> None:
    """What arguments are given to say, and what argparse says by itself."""
    monkeypatch.setenv("LC_ALL", "en")
    assert untranslated(dict(said_by(build_parser())), "console") == {}
    own = {text: where for text, where in argparses_own().items() if text not in NOT_FOR_USERS}
    assert untranslated(own, "console") == {}


def literals() -> set[str]:
    """Every string of the product's code and of the command line, and all the text of its templates."""
    return set(argparses_own()) | {
        node.value
        for path in modules("core", "desktop", "localserver", "main.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_no_translation_is_left_of_a_text_that_is_gone() -> None:
    templates = "\n".join(p.read_text("utf-8") for p in project_files(".html"))
    used = literals()
    gone = {
        f"{path.stem}: {form}"
        for path in CATALOGUES
        for message in messages(path)
        for form in forms(message.id)
        if form not in used and form not in templates
    }
    assert gone == set()
