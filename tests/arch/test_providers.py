"""No payment provider is half there: each has its registered file, simulator, vectors, contract and faults."""

from __future__ import annotations

import ast
import importlib

import pytest

from core.adapters.psp import REGISTRY
from core.payments.provider import Provider
from localserver.sandbox.psp_simulators import SIMULATORS
from tests.arch.sources import ROOT, parsed
from tests.contract.psp.conftest import CASES
from tests.faults.trading import EVERYONE

PROVIDERS = [provider.name for provider in REGISTRY]
OWN = "sandbox"
"""A protocol of ours, of which nobody else has test vectors."""
providers = pytest.mark.parametrize("name", PROVIDERS)


def test_every_adapter_file_is_registered() -> None:
    found = set()
    for path in (ROOT / "core" / "adapters" / "psp").glob("[a-z]*.py"):
        module = importlib.import_module(f"core.adapters.psp.{path.stem}")
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Provider) and "name" in vars(thing):
                found.add(thing.name)
    assert found == set(PROVIDERS)
    assert len(PROVIDERS) == len(set(PROVIDERS))


@providers
def test_each_is_one_file_with_its_fields_and_a_simulator(name: str) -> None:
    assert (ROOT / "core" / "adapters" / "psp" / f"{name}.py").is_file()
    assert (ROOT / "localserver" / "sandbox" / f"psp_{name}.py").is_file()
    assert [each.name for each in SIMULATORS].count(name) == 1
    (adapter,) = (provider for provider in REGISTRY if provider.name == name)
    assert any(field.required for field in adapter.fields)
    assert adapter.caps.methods


@providers
def test_each_is_run_through_the_contract_and_through_every_fault(name: str) -> None:
    assert CASES[name].provider == name
    assert name in EVERYONE
    assert set(EVERYONE) <= set(CASES)


@providers
def test_each_has_test_vectors(name: str) -> None:
    """Bodies and signatures from the reference: in a file of vectors, or in the adapter's own."""
    folder = ROOT / "tests" / "contract" / "psp"
    named = {
        node.value
        for path in folder.glob("test_vectors*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant)
    }
    assert name == OWN or name in named or (folder / f"test_{name}.py").is_file()
