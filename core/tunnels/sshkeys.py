"""The key by which an SSH server knows this store."""

from __future__ import annotations

import re
from typing import Final

from core.kernel.errors import Refused
from core.kernel.patterns import late

_SHAPE: Final = late(r"\s*(-----BEGIN [A-Z0-9 ]+-----)(.*)(-----END [A-Z0-9 ]+-----)\s*", re.DOTALL)
_NO_KEY: Final = "This is not a private SSH key: paste it whole, from “BEGIN” to “END”, or make one."


def new_key() -> str:
    """A private key nobody else has (Ed25519, OpenSSH's format)."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption()).decode().strip()


def unfolded(text: str) -> str:
    """A private key as files have it. It may have been pasted in one line: fields have no others. Raises Refused."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise Refused(_NO_KEY)
    begin, body, end = found.groups()
    packed = "".join(body.split())
    lines = [packed[at : at + 64] for at in range(0, len(packed), 64)]
    return "\n".join([begin, *lines, end, ""])


def public_line(text: str) -> str:
    """What the server wants of it, in ``authorized_keys``. Raises Refused for what is no key, or is locked."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as form

    whole = unfolded(text)
    if "ENCRYPTED" in whole:
        raise Refused("This SSH key is locked by a passphrase: paste one without, or make one.")
    load = form.load_ssh_private_key if "OPENSSH" in whole else form.load_pem_private_key
    try:
        public = load(whole.encode(), None).public_key()
        line = public.public_bytes(form.Encoding.OpenSSH, form.PublicFormat.OpenSSH)
    except TypeError:  # how the library says that a passphrase is needed
        raise Refused("This SSH key is locked by a passphrase: paste one without, or make one.") from None
    except (ValueError, AttributeError, UnsupportedAlgorithm):
        raise Refused(_NO_KEY) from None
    return f"{line.decode()} livepay"
