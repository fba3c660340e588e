"""Habits that every file keeps: small modules, names that say something, nothing of the machine it was written on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.arch.sources import PRODUCT, ROOT, modules, parsed, project_files

MAX_MODULE = 400
MAX_FUNCTION = 60
DRAWERS = {"utils", "util", "common", "manager", "managers", "helper", "helpers", "misc"}
# Written so that they do not match themselves.
REGISTRIES = re.compile(
    r"pypi\.[o]rg|python[h]osted\.org|registry\.npm[j]s|--(extra-)?index-[u]rl[ =]|--find-[l]inks[ =]"
)
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work|mnt)/[\w.-]+/|[A-Z]:\\+Users\\")


def text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_modules_are_short() -> None:
    long = {name(p): lines for p in project_files(".py") if (lines := len(text_of(p).splitlines())) > MAX_MODULE}
    assert long == {}


def test_functions_are_short() -> None:
    """All but one in a hundred."""
    long, count = [], 0
    for path in modules():
        for node in ast.walk(parsed(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                count += 1
                if (node.end_lineno or node.lineno) - node.lineno + 1 > MAX_FUNCTION:
                    long.append(f"{name(path)}: {node.name}")
    assert len(long) <= count // 100, long


def test_no_module_is_a_drawer() -> None:
    assert [name(p) for p in project_files(".py") if p.stem in DRAWERS or p.parent.name in DRAWERS] == []


def test_packaging_hides_no_library() -> None:
    """A regular package of that name would hide the library ``packaging`` from everything that needs it."""
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_product_folders_are_packages() -> None:
    folders = {path.parent for path in modules()}
    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
    assert all((ROOT / top / "__init__.py").exists() for top in PRODUCT)


def test_no_file_names_a_registry() -> None:
    assert [name(p) for p in project_files() if REGISTRIES.search(text_of(p))] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    found = {name(p): match.group() for p in project_files() if (match := MACHINE.search(text_of(p)))}
    assert found == {}
