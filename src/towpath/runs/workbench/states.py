"""Reads states where they are kept, without the engine.

Local files and S3 objects can be read directly. Everything else (other backends, workspaces, states encrypted with a
customer's key, profiles) is `None` here, and the engine is asked instead.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towpath.engines.terraform.backend import Backend
from towpath.engines.terraform.state import StateSnapshot, read_state
from towpath.problems import Problem, ProblemError
from towpath.system.aws import Aws, AwsCredentials, RoleRequest, S3Place

__all__ = ["StateAccess", "StateReader", "s3_place"]

_ONLY_ENGINE_KNOWS = frozenset({"profile", "sse_customer_key", "shared_credentials_file", "shared_config_files"})


@dataclass(frozen=True, slots=True)
class StateAccess:
    """A backend and whose credentials read it; `session` names the session of a role the backend itself assumes."""

    backend: Backend
    credentials: AwsCredentials | None = None
    session: str = "towpath"


class StateReader:
    """Reads states and their locks directly. `environment` is that of the engine, for what changes where state is."""

    def __init__(self, aws: Aws, environment: Mapping[str, str]) -> None:
        self._aws = aws
        self._workspace = environment.get("TF_WORKSPACE", "default") or "default"

    def snapshot(self, access: StateAccess) -> StateSnapshot | None:
        """The state as it is now; None when only the engine can read it.

        Raises `ProblemError` as `Aws.read_object` does, and with `state-unreadable`.
        """
        if self._workspace != "default":
            return None
        if access.backend.type == "local":
            return read_state(_read_file(_local_file(access.backend)))
        place = s3_place(access.backend)
        return None if place is None else read_state(self._read_object(place, access))

    def lock_holder(self, access: StateAccess) -> str | None:
        """Who holds the state's lock, where that can be seen: a locked file, or the lock object of S3's `use_lockfile`.
        A lock kept in DynamoDB is not looked up.
        """
        if access.backend.type == "local":
            return _file_lock_holder(_local_file(access.backend))
        place = s3_place(access.backend)
        if place is None or str(access.backend.settings.get("use_lockfile")).lower() != "true":
            return None
        lock = S3Place(place.bucket, f"{place.key}.tflock", place.region, place.endpoint, place.path_style)
        content = self._read_object(lock, access)
        return None if content is None else describe_lock(content)

    def _read_object(self, place: S3Place, access: StateAccess) -> bytes | None:
        return self._aws.read_object(place, self._credentials(access, place.region))

    def _credentials(self, access: StateAccess, region: str | None) -> AwsCredentials | None:
        """Those the backend names itself, and the role it assumes with them."""
        backend, credentials = access.backend, access.credentials
        key, secret = backend.text("access_key"), backend.text("secret_key")
        if key and secret:
            credentials = AwsCredentials(key, secret, backend.text("token"))
        role = backend.settings.get("assume_role") or {}
        settings: Mapping[str, Any] = {**backend.settings, **(role if isinstance(role, Mapping) else {})}
        arn = settings.get("role_arn")
        if not arn:
            return credentials
        request = RoleRequest(
            role=str(arn),
            session=str(settings.get("session_name") or access.session),
            region=region,
            external_id=settings.get("external_id") or None,
        )
        return self._aws.assume(request, credentials)


def s3_place(backend: Backend) -> S3Place | None:
    """Where the state of an S3 backend is; None when it is no such backend, or not to be read directly."""
    bucket, key = backend.text("bucket"), backend.text("key")
    if backend.type != "s3" or not bucket or not key or _ONLY_ENGINE_KNOWS & _given(backend):
        return None
    endpoints = backend.settings.get("endpoints")
    endpoint = backend.text("endpoint") or (endpoints.get("s3") if isinstance(endpoints, Mapping) else None)
    path_style = any(
        str(backend.settings.get(name)).lower() == "true" for name in ("use_path_style", "force_path_style")
    )
    return S3Place(bucket, key.lstrip("/"), backend.text("region"), endpoint or None, path_style)


def _given(backend: Backend) -> set[str]:
    return {name for name, value in backend.settings.items() if value}


def _local_file(backend: Backend) -> Path:
    return Path(backend.text("path") or "terraform.tfstate")


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        hint = "Make the file readable for whom Towpath runs as."
        problem = Problem("state-unreadable", "A state cannot be read", f"{path}: {error.strerror}.", hint=hint)
        raise ProblemError(problem) from None


def _file_lock_holder(path: Path) -> str | None:
    """The engine locks the file itself; what it writes beside it may be left from a holder that is dead."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        info = path.with_name(f".{path.name}.lock.info")
        return describe_lock(info.read_bytes() if info.is_file() else b"")
    finally:
        os.close(descriptor)
    return None


def describe_lock(content: bytes) -> str:
    """One line about a lock's holder, from the JSON that the engine writes."""
    try:
        info = json.loads(content)
    except ValueError:
        return "an unknown holder"
    who = info.get("Who") or "somebody"
    doing = str(info.get("Operation") or "").removeprefix("OperationType").lower()
    since = f" since {info['Created']}" if info.get("Created") else ""
    return f"{who}{f' ({doing})' if doing else ''}{since}, lock {info.get('ID') or 'unknown'}"
