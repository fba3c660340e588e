"""What the command line prints and returns."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Final

from core.kernel.errors import EnvironmentProblem, LivePayError
from core.kernel.i18n import LANGUAGES, catalogue, explain

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
ENVIRONMENT: Final = 3


def language() -> str:
    """The terminal's language (LC_ALL, LC_MESSAGES, LANG), French when it says nothing known."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        code = os.environ.get(name, "")[:2]
        if code in LANGUAGES:
            return code
    return "fr"


def tr(message: str, /, **values: Any) -> str:
    """A text of the command line in the terminal's language."""
    text = catalogue("console", language()).gettext(message)
    return text.format(**values) if values else text


class Terminal:
    """``result``: what was asked for, on stdout (JSON with --json); ``say``: messages, on stderr."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def result(self, value: Any, text: str) -> None:
        """Print the result: the value as JSON, or the text."""
        print(json.dumps(value, ensure_ascii=False) if self.as_json else text, flush=True)

    def say(self, message: str, /, **values: Any) -> None:
        print(tr(message, **values), file=sys.stderr, flush=True)

    def say_line(self, line: str) -> None:
        """A line of what is going on: on stdout for people, on stderr beside a JSON result."""
        print(line, file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def failure(self, error: LivePayError) -> int:
        """One clear sentence on stderr, and the exit code that says the same."""
        print(explain(error, language()), file=sys.stderr, flush=True)
        return ENVIRONMENT if isinstance(error, EnvironmentProblem) else FAILED
