"""argparse in the terminal's language: its own words, what a parser is given to say, one sentence for wrong usage."""

from __future__ import annotations

import gettext
import os
from argparse import Action, ArgumentError, ArgumentParser, HelpFormatter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NoReturn, TypeVar

from core.kernel.i18n import DEFAULT_LANGUAGE
from core.kernel.paths import resource
from localserver.console.terminal import USAGE, language, tr

A = TypeVar("A", bound=Action)
_DOMAIN: Final = "console"
_LONGEST: Final = 500
_THIN: Final = "\u202f"  # French has it before its signs; to Python every space but one is unprintable


@contextmanager
def in_the_terminals_language() -> Iterator[None]:
    """argparse takes its words from gettext's default domain in the language of LANGUAGE; both are given back."""
    domain, named, code = gettext.textdomain(), os.environ.get("LANGUAGE"), language()
    gettext.bindtextdomain(_DOMAIN, str(resource("locale")))
    gettext.textdomain(_DOMAIN)
    os.environ["LANGUAGE"] = code if code == "en" else f"{code}:{DEFAULT_LANGUAGE}"
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if named is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = named


def shown(given: str, longest: int = 80) -> str:
    """What was typed, as a sentence can hold it: no control characters, not endless."""
    text = "".join(each if each.isprintable() or each == _THIN else ascii(each)[1:-1] for each in given[:longest])
    return text if len(text) <= longest and len(given) <= longest else text[: longest - 1] + "…"


class _Help(HelpFormatter):
    def _get_help_string(self, action: Action) -> str | None:
        return tr(action.help) if action.help else action.help


class Parser(ArgumentParser):
    """Texts are given as English ids of the domain ``console``; what stands for a value is translated too."""

    def __init__(self, *, description: str | None = None, **how: Any) -> None:
        super().__init__(description=tr(description) if description else None, formatter_class=_Help, **how)

    def add_subparsers(self, *, metavar: str, **how: Any) -> Any:  # type: ignore[override]
        return super().add_subparsers(metavar=tr(metavar), **how)

    def _add_action(self, action: A) -> A:
        if action.choices is not None:
            # argparse would name a positional one by its English variable in an error.
            action.metavar = action.metavar or "{" + ",".join(map(str, action.choices)) + "}"
        elif action.nargs != 0:
            named = tr("VALUE") if action.option_strings else tr(action.dest)
            action.metavar = tr(action.metavar) if isinstance(action.metavar, str) else named
        return super()._add_action(action)

    def _check_value(self, action: Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        from difflib import get_close_matches  # 3 ms that only a mistake pays

        known, is_command = [str(choice) for choice in action.choices], isinstance(action.choices, Mapping)
        near = get_close_matches(str(value), known, n=1)
        values = {"given": shown(str(value)), "near": near[0] if near else "", "known": ", ".join(known)}
        if is_command and near:
            raise ArgumentError(None, tr("Unknown command “{given}”. Did you mean “{near}”?", **values))
        if is_command:
            raise ArgumentError(None, tr("Unknown command “{given}”. There are: {known}.", **values))
        raise ArgumentError(action, tr("“{given}” cannot be chosen. There are: {known}.", **values))

    def _print_message(self, message: str, file: Any = None) -> None:
        """A terminal that lacks a character shows a question mark for it."""
        encoding = getattr(file, "encoding", None) or "utf-8"
        super()._print_message(message.encode(encoding, "replace").decode(encoding), file)

    def error(self, message: str) -> NoReturn:
        """What is wrong, and where to read how it is done."""
        said = shown(message[:1].upper() + message[1:], _LONGEST)
        if said[-1:] not in ".!?…":
            said += "."
        self.exit(USAGE, tr("{what} Help: {command}", what=said, command=f"{self.prog} --help") + "\n")
