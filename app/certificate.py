"""HTTPS on a local network: phones give a page a service worker and a wake lock over HTTPS only.

A small authority of this installation's own signs a certificate for the names and addresses that the machine has now.
A phone that has been told once to trust the authority trusts every later certificate; it may sign for private
addresses and local names alone.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LASTS = timedelta(days=3650)
LASTS = timedelta(days=397)
"""Phones refuse a certificate that is good for longer."""
RENEW_BEFORE = timedelta(days=30)
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fc00::/7")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Certificate:
    """The files: `authority` for phones to trust, `chain` and `key` for the server."""

    authority: Path
    chain: Path
    key: Path


def certificate(folder: Path, names: Collection[str], addresses: Collection[Address]) -> Certificate:
    """The one in the folder if it still fits, else a new one. Its keys are readable by their owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = Certificate(folder / "authority.crt", folder / "server.crt", folder / "server.key")
    authority, authority_key = _authority(found.authority, folder / "authority.key")
    if not _fits(found, authority, names, addresses):
        _sign(found, authority, authority_key, names, addresses)
    return found


def own_names() -> list[str]:
    """Under which names this machine may be asked for."""
    host = socket.gethostname().split(".")[0].lower()
    return sorted({"localhost", host, f"{host}.local"})


def own_addresses() -> list[Address]:
    """The machine's own, the one that others reach it by first. Connecting a datagram socket sends nothing."""
    found: list[Address] = []
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            found.append(ip_address(probe.getsockname()[0]))
    with suppress(OSError):
        found += [ip_address(str(info[4][0])) for info in socket.getaddrinfo(socket.gethostname(), None)]
    found.append(ip_address("127.0.0.1"))
    return [address for address in dict.fromkeys(found) if _is_private(address)]


def _is_private(address: Address) -> bool:
    return any(address.version == net.version and address in net for net in map(ip_network, PRIVATE))


def _authority(file: Path, key_file: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if file.exists() and key_file.exists():
        known = x509.load_pem_x509_certificate(file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and known.not_valid_after_utc > _now() + LASTS:
            return known, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Laurel at {socket.gethostname()}")])
    subtrees = [x509.IPAddress(ip_network(net)) for net in PRIVATE] + [x509.DNSName(one) for one in own_names()]
    made = (
        _builder(name, name, key, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(subtrees, None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return made, key


def _fits(
    found: Certificate, authority: x509.Certificate, names: Collection[str], addresses: Collection[Address]
) -> bool:
    if not found.chain.exists() or not found.key.exists():
        return False
    known = x509.load_pem_x509_certificates(found.chain.read_bytes())
    told = known[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    same = set(told.get_values_for_type(x509.DNSName)) == set(names)
    same = same and set(told.get_values_for_type(x509.IPAddress)) == set(addresses)
    return same and known[-1] == authority and known[0].not_valid_after_utc > _now() + RENEW_BEFORE


def _sign(
    found: Certificate,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    names: Collection[str],
    addresses: Collection[Address],
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Laurel")])
    alternatives = [x509.DNSName(name) for name in names] + [x509.IPAddress(address) for address in addresses]
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    made = (
        _builder(subject, authority.subject, key, LASTS)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(found.key, key)
    found.chain.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (made, authority)))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
) -> x509.CertificateBuilder:
    begins = _now() - timedelta(hours=1)  # A phone's clock may be behind.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(*form))


def _now() -> datetime:
    return datetime.now(UTC)
