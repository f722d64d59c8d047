"""Decryption with a private key."""

from __future__ import annotations

from towpath.hcl.forms import normal_text
from towpath.hcl.functions.encoding import unbase64
from towpath.hcl.functions.kinds import STRING
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.values import Value

__all__ = ["SECRETS"]

_SHORTEST_PADDING = 8


def _rsadecrypt(text: str, key: str) -> Value:
    """The padding (PKCS #1 v1.5) is checked here: the library answers with random bytes where it does not fit."""
    modulus, exponent = _private_numbers(key)
    content = unbase64(text)
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(content, "big")
    if len(content) > size or number >= modulus:
        raise ArgumentError("It was not encrypted for this key.")
    message = pow(number, exponent, modulus).to_bytes(size, "big")
    end = message.find(b"\0", 2)
    if message[:2] != b"\0\2" or end < 2 + _SHORTEST_PADDING:
        raise ArgumentError("It was not encrypted for this key.")
    try:
        return normal_text(message[end + 1 :].decode())
    except UnicodeDecodeError as error:
        raise ArgumentError("What it decrypts to is not UTF-8 text.") from error


def _private_numbers(key: str) -> tuple[int, int]:
    # Few configurations decrypt anything, and the library takes long to load.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    load = load_ssh_private_key if "BEGIN OPENSSH" in key else load_pem_private_key
    try:
        loaded = load(key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ArgumentError("The key is not a private key in PEM form without a passphrase.") from error
    if not isinstance(loaded, RSAPrivateKey):
        raise ArgumentError("The key is not an RSA key.")
    numbers = loaded.private_numbers()
    return numbers.public_numbers.n, numbers.d


SECRETS = table((define("rsadecrypt(text, private_key)", STRING, STRING, run=_rsadecrypt),))
