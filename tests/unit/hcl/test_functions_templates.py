"""Templates in files and in strings."""

from __future__ import annotations

import pytest
from hcl_functions import PLACE, call, refusal

from towpath.hcl.values import Sensitive, Unknown

FILES = {
    "hello.tftpl": b"Hello ${name}!\n",
    "hosts.tftpl": b"%{ for host in hosts ~}\n${upper(host)}\n%{ endfor ~}\nend",
    "raw.tftpl": b'${name} "$${kept}" \\n EOT',
    "list.tftpl": b"${hosts}",
    "loop.tftpl": b'${templatefile("loop.tftpl", {})}',
    "broken.tftpl": b"first\n${name",
    "missing.tftpl": b"first\n ${nobody}",
}
ENV = Unknown.of('get_env("A")', PLACE)


@pytest.mark.parametrize(
    ("file", "text"),
    [("hello.tftpl", "Hello Ada!\n"), ("hosts.tftpl", "A\nB\nend"), ("raw.tftpl", 'Ada "${kept}" \\n EOT')],
)
def test_templatefile(file: str, text: str) -> None:
    assert call("templatefile", file, {"name": "Ada", "hosts": ("a", "b")}, files=FILES) == text


def test_a_template_that_is_one_expression_keeps_its_value() -> None:
    assert call("templatefile", "list.tftpl", {"hosts": ("a", "b")}, files=FILES) == ("a", "b")


def test_unknown_and_sensitive_variables_reach_only_what_uses_them() -> None:
    assert call("templatefile", "hello.tftpl", {"name": "Ada", "other": ENV}, files=FILES) == "Hello Ada!\n"
    unknown = call("templatefile", "hello.tftpl", {"name": ENV}, files=FILES)
    assert isinstance(unknown, Unknown)
    assert unknown.origins == ENV.origins
    assert call("templatefile", "hello.tftpl", {"name": Sensitive("Ada")}, files=FILES) == Sensitive("Hello Ada!\n")


@pytest.mark.parametrize(("file", "line"), [("missing.tftpl", 2), ("broken.tftpl", 1)])
def test_what_is_wrong_in_a_template_has_its_place_in_the_template(file: str, line: int) -> None:
    place = refusal("templatefile", file, {"name": "Ada"}, files=FILES).place

    assert place is not None
    assert (place.file, place.line) == (file, line)


def test_refusals() -> None:
    assert "no file" in refusal("templatefile", "none", {}, files=FILES).detail
    assert "map or object" in refusal("templatefile", "hello.tftpl", ("Ada",), files=FILES).detail
    assert "cannot be the name" in refusal("templatefile", "hello.tftpl", {"1a": 1}, files=FILES).detail
    assert refusal("templatefile", "loop.tftpl", {}, files=FILES).id == "unknown-function"


def test_templatestring() -> None:
    assert call("templatestring", "${a}-${a}", {"a": 1}) == "1-1"
    assert call("templatestring", "${a}", {"a": 1}) == "1"
