"""Every expression of the tables means here what `terraform console` says it means, refusals included.

A table has an expression a line. `static` holds what Terraform refuses before it evaluates anything, `differences` what
means something else here, and why.
"""

from __future__ import annotations

import shutil
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from terraform_console import REFUSED, here, printed, there

from towpath.hcl.forms import quoted

TABLES = Path(__file__).parent / "hcl"
OTHERS = ("static", "differences")

pytestmark = pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not on PATH")


def lines(table: str) -> list[str]:
    read = (TABLES / f"{table}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in read if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("table", sorted(path.stem for path in TABLES.glob("*.txt") if path.stem not in OTHERS))
def test_same_values_and_same_refusals(table: str, tmp_path: Path) -> None:
    cases = lines(table)

    differences = [
        f"{expression}\n  terraform: {expected}\n  here:      {found}"
        for expression, expected in zip(cases, there(cases, tmp_path), strict=True)
        if (found := here(expression)) != expected
    ]

    assert not differences, f"{len(differences)} of {len(cases)} differ:\n" + "\n".join(differences)


@pytest.mark.parametrize("expression", lines("static"))
def test_neither_takes_it(expression: str, tmp_path: Path) -> None:
    assert printed(expression, tmp_path) is None
    assert here(expression) == REFUSED


@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH])
def test_what_was_encrypted_for_a_key(form: PrivateFormat, tmp_path: Path) -> None:
    key, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    secret = b64encode(key.public_key().encrypt("geheim é\n".encode(), PKCS1v15())).decode()
    pem, wrong = (one.private_bytes(Encoding.PEM, form, NoEncryption()).decode() for one in (key, other))
    asked = [
        f"rsadecrypt({quoted(text)}, {quoted(given)})"
        for text, given in [
            (secret, pem),
            (secret, wrong),
            ("", pem),
            ("!", pem),
            (secret, "no key"),
            (secret[4:], pem),
        ]
    ]
    assert here(asked[0]) == '"geheim é\\n"'
    assert list(map(here, asked)) == there(asked, tmp_path)


def test_what_differs_does_so_as_it_is_written_down(tmp_path: Path) -> None:
    rows = [tuple(line.split("\t")) for line in lines("differences")]
    expressions = [expression for expression, _, _ in rows]

    found = list(zip(expressions, map(here, expressions), there(expressions, tmp_path), strict=True))

    assert found == rows
    assert all(one != other for _, one, other in rows)
