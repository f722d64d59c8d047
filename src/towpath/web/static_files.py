"""Scripts, styles and pictures: served from memory under an address that names what is in them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["StaticFiles"]

_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    type: str


class StaticFiles:
    """The files of the package's `static` folder. One digest of all of them is part of every address, so that a script
    can name its neighbour without knowing it, and a browser never has to ask whether its copy is still good.
    """

    def __init__(self) -> None:
        self._files = _read()
        digest = hashlib.sha256()
        for name, file in sorted(self._files.items()):
            digest.update(name.encode() + b"\0" + file.content + b"\0")
        self._digest = digest.hexdigest()[:16]

    def url(self, name: str) -> str:
        """Raises `KeyError` for a file that is not there."""
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self._digest}/{name}"

    def route(self) -> Route:
        return Route("/static/{digest}/{name}", self._answer, name="static")

    def _answer(self, request: Request) -> Response:
        file = self._files.get(request.path_params["name"])
        if file is None or request.path_params["digest"] != self._digest:
            raise HTTPException(404)
        return Response(file.content, media_type=file.type, headers={"Cache-Control": _FOR_EVER})


def _read() -> dict[str, _File]:
    found: dict[str, _File] = {}
    for entry in resources.files("towpath.web").joinpath("static").iterdir():
        _, _, kind = entry.name.rpartition(".")
        if kind in _TYPES:
            found[entry.name] = _File(entry.read_bytes(), _TYPES[kind])
    return found
