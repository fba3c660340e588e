"""Certificates are read late, and nobody is trusted without them."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.adapters.http import Http, NoAnswer
from core.adapters.tls import trust
from core.kernel.clock import ManualClock

ROOT = Path(__file__).resolve().parents[3]
FRESH = """
import ssl
before = dict(vars(ssl.SSLContext))
import core.adapters.http
from aiohttp import connector
default = connector._SSL_CONTEXT_VERIFIED
assert (default.verify_mode, default.check_hostname) == (ssl.CERT_REQUIRED, True)
assert default.cert_store_stats()["x509"] == 0
assert dict(vars(ssl.SSLContext)) == before
"""


def test_what_aiohttp_made_while_it_was_imported_trusts_nobody() -> None:
    subprocess.run([sys.executable, "-c", FRESH], cwd=ROOT, check=True)


def test_ours_knows_the_systems_certificates_and_wants_a_proven_name() -> None:
    assert (trust().verify_mode, trust().check_hostname) == (ssl.CERT_REQUIRED, True)
    assert trust().cert_store_stats() == ssl.create_default_context().cert_store_stats()


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
async def test_a_host_that_proves_nothing_is_not_spoken_to(scheme: str, tmp_path: Path) -> None:
    key, certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1000))
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0, ssl=context)
    http = Http(ManualClock())
    try:
        with pytest.raises(NoAnswer) as refused:
            await http.request("GET", f"{scheme}://localhost:{server.sockets[0].getsockname()[1]}/")
    finally:
        await http.close()
        server.close()
        await server.wait_closed()
    assert not refused.value.sent
    assert heard == []


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate for localhost that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    certificate_file.write_bytes(made.public_bytes(pem))
    return key_file, certificate_file
