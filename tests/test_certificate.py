"""HTTPS with a certificate of our own: it fits the machine, is kept and renewed, and whoever trusts it connects."""

from __future__ import annotations

import ssl
import urllib.request
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from app import certificate, processes
from app.certificate import Certificate
from tests.conftest import StartServer
from tests.support import servers

HERE = [ip_address("127.0.0.1"), ip_address("192.168.1.20")]


def make(folder: Path, *names: str) -> Certificate:
    return certificate.certificate(folder, names or ("localhost",), HERE)


def test_it_names_the_machine_and_its_keys_are_for_nobody_else(tmp_path: Path) -> None:
    made = make(tmp_path / "https")
    [server, authority] = x509.load_pem_x509_certificates(made.chain.read_bytes())
    told = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert told.get_values_for_type(x509.DNSName) == ["localhost"]
    assert told.get_values_for_type(x509.IPAddress) == HERE
    server.verify_directly_issued_by(authority)
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "https").glob("*.key")} == {0o600}


def test_it_is_kept_while_it_fits_and_the_authority_stays_when_the_names_change(tmp_path: Path) -> None:
    first = make(tmp_path)
    chain, authority = first.chain.read_bytes(), first.authority.read_bytes()
    assert make(tmp_path).chain.read_bytes() == chain
    renewed = make(tmp_path, "localhost", "laptop.local")
    assert renewed.chain.read_bytes() != chain
    assert renewed.authority.read_bytes() == authority


def test_it_is_renewed_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = make(tmp_path).chain.read_bytes()
    monkeypatch.setattr(certificate, "RENEW_BEFORE", certificate.LASTS)
    assert make(tmp_path).chain.read_bytes() != chain


def test_whoever_trusts_the_authority_reaches_laurel_over_https(
    serve: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(tmp_path / "https")
    trusting = ssl.create_default_context(cafile=str(made.authority))

    def answers(url: str) -> bool:
        try:
            address = url.replace("http:", "https:")
            with urllib.request.urlopen(address, timeout=2, context=trusting) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    monkeypatch.setattr(servers, "answers", answers)
    server = serve(LAUREL_CERTIFICATE=str(made.chain), LAUREL_CERTIFICATE_KEY=str(made.key))
    assert processes.wait_until(lambda: answers(f"{server.url}/authority.crt"), 5)
