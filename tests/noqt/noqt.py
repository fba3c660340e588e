"""``pytest -p noqt``: stands in for pytest-qt, which cannot load without Qt, and proves that Qt is out of reach."""

from __future__ import annotations

import importlib

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of pytest-qt stay known, so that one strict configuration serves both runs."""
    parser.addini("qt_api", "unused without Qt")
    parser.addini("qt_log_level_fail", "unused without Qt")
    parser.addini("qt_log_ignore", "unused without Qt", type="linelist")


def pytest_configure(config: pytest.Config) -> None:
    try:
        importlib.import_module("PySide6")
    except ModuleNotFoundError:
        return
    raise pytest.UsageError("PySide6 can be imported: PYTHONPATH does not name tests/noqt")
