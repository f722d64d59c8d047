"""Where state is."""

from __future__ import annotations

import json

import pytest

from towpath.engines.terraform.backend import Backend, backend_of, backend_of_init, local_override
from towpath.hcl.values import Sensitive, Unknown
from towpath.terragrunt.config import RemoteState


def test_from_the_configuration() -> None:
    state = RemoteState("s3", {"bucket": "b", "key": Sensitive("k"), "s3_bucket_tags": {}, "endpoint": None})
    assert backend_of(state) == Backend("s3", {"bucket": "b", "key": "k"})


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="get_env"):
        backend_of(RemoteState("s3", {"bucket": Unknown.of('get_env("B")')}))


def test_from_what_init_wrote() -> None:
    written = {"version": 3, "backend": {"type": "s3", "config": {"bucket": "b", "profile": None}, "hash": 1}}
    assert backend_of_init(json.dumps(written).encode()) == Backend("s3", {"bucket": "b"})
    assert backend_of_init(None) == Backend("local")


def test_settings_are_not_shown() -> None:
    assert "hush" not in repr(Backend("s3", {"secret_key": "hush"}))


def test_texts_that_are_empty_are_none() -> None:
    backend = Backend("s3", {"a": "", "b": 3, "c": "x"})
    assert [backend.text(name) for name in "abcd"] == [None, None, "x", None]


def test_an_override_puts_local_state_somewhere_else() -> None:
    settings = {"path": '/a "b"/s'}
    assert json.loads(local_override(settings)) == {"terraform": {"backend": {"local": settings}}}
