"""Directions of imports that need a finer look than import-linter's contracts (pyproject.toml) take."""

from __future__ import annotations

import sys

import pytest

from tests.arch.sources import dotted, imports, modules

FILES = {dotted(path): path for path in modules("core")}
EVENTS_BASE = "core.kernel.events"  # what an event is


VALUES = {"msgspec", "msgspec.Struct", "msgspec.field", "msgspec.structs", "msgspec.structs.replace"}


def impure(module: str) -> set[str]:
    """What a module imports that is neither standard library nor kernel nor a module of its area as pure as itself.

    Values are structs: a shape, and nothing that reaches outside.
    """
    area = module.rpartition(".")[0]
    wrong: set[str] = set()
    for name in imports(FILES[module]):
        if (
            name == area
            or name in VALUES
            or name.partition(".")[0] in sys.stdlib_module_names
            or name.startswith("core.kernel")
        ):
            continue
        beside = next((m for m in (name, name.rpartition(".")[0]) if m in FILES and m.startswith(area + ".")), None)
        if beside is None or impure(beside):
            wrong.add(name)
    return wrong


def test_rules_and_events_know_only_the_standard_library_and_the_kernel() -> None:
    pure = [module for module in FILES if module.rpartition(".")[2] in ("rules", "events") and module != EVENTS_BASE]
    assert {module: found for module in pure if (found := impure(module))} == {}


@pytest.mark.parametrize("forbidden", ["aiohttp.web", "uvloop", "jinja2"])
def test_the_shop_holds_no_web_server(forbidden: str) -> None:
    assert [dotted(path) for path in modules("core") if any(n.startswith(forbidden) for n in imports(path))] == []


def test_nothing_imports_the_command_line() -> None:
    assert [dotted(path) for path in modules() if "main" in imports(path)] == []


def test_nothing_of_the_product_imports_tests_or_packaging() -> None:
    wrong = [dotted(p) for p in modules() if any(n.partition(".")[0] in ("tests", "pytest") for n in imports(p))]
    assert wrong == []
