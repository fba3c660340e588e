"""Directions of imports that need a finer look than import-linter's contracts (pyproject.toml) take."""

from __future__ import annotations

import sys

import pytest

from tests.arch.sources import dotted, imports, modules


def outside(names: set[str]) -> set[str]:
    """The names that are neither of the standard library nor of the kernel."""
    return {n for n in names if n.partition(".")[0] not in sys.stdlib_module_names and not n.startswith("core.kernel")}


def test_rules_and_events_know_only_the_standard_library_and_the_kernel() -> None:
    wrong = {}
    for path in modules("core"):
        if path.stem in ("rules", "events"):
            area = dotted(path).rpartition(".")[0]
            pure = tuple(f"{area}.{name}" for name in ("rules", "events"))
            found = {n for n in outside(imports(path)) if n not in (area, "core") and not n.startswith(pure)}
            if found:
                wrong[dotted(path)] = sorted(found)
    assert wrong == {}


@pytest.mark.parametrize("forbidden", ["aiohttp.web", "uvloop", "jinja2"])
def test_the_shop_holds_no_web_server(forbidden: str) -> None:
    assert [dotted(path) for path in modules("core") if any(n.startswith(forbidden) for n in imports(path))] == []


def test_nothing_imports_the_command_line() -> None:
    assert [dotted(path) for path in modules() if "main" in imports(path)] == []


def test_nothing_of_the_product_imports_tests_or_packaging() -> None:
    wrong = [dotted(p) for p in modules() if any(n.partition(".")[0] in ("tests", "pytest") for n in imports(p))]
    assert wrong == []
