"""Keys however they were pasted; what is none is said."""

from __future__ import annotations

import asyncssh
import pytest

from core.kernel.errors import Refused
from core.tunnels.sshkeys import new_key, public_line

KEY = new_key()


def test_a_key_is_read_however_it_was_pasted() -> None:
    line = public_line(KEY)
    assert line.startswith("ssh-ed25519 ")
    assert public_line(" ".join(KEY.splitlines())) == line
    assert public_line(KEY.replace("\n", "\r\n") + "\r\n") == line
    rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    old = rsa.export_private_key("pkcs1-pem").decode()
    assert public_line(" ".join(old.splitlines())).split()[:2] == rsa.export_public_key().decode().split()[:2]


def test_what_is_no_key_is_said() -> None:
    for text in ("ssh-ed25519 AAAA", KEY[:200], KEY.replace("b3BlbnNza", "c3BlbnNza"), "é"):
        with pytest.raises(Refused, match="This is not a private SSH key"):
            public_line(text)
    locked = asyncssh.import_private_key(KEY + "\n").export_private_key("pkcs8-pem", passphrase="teranga").decode()
    with pytest.raises(Refused, match="locked by a passphrase"):
        public_line(locked)
