"""Where a request comes from, and where a browser may be sent to."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

__all__ = ["is_from_here", "local_path"]

_SAFE_SITES: Final = frozenset(["same-origin", "none"])
_PATH: Final = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*")
_LONGEST: Final = 2000
_HOME: Final = "/"


def is_from_here(request: Request) -> bool:
    """Whether a page of this server sent it, as far as the browser says where it comes from. It always does for a form
    that another site sends.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in _SAFE_SITES:
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    base_url: str = request.app.state.services.base_url
    return urlsplit(origin).netloc in {urlsplit(base_url).netloc, request.headers.get("host")} - {"", None}


def local_path(wanted: str) -> str:
    """The path, when it is one of this server, else its front page: nobody is sent elsewhere."""
    if len(wanted) > _LONGEST or not _PATH.fullmatch(wanted):
        return _HOME
    parts = urlsplit(wanted)
    is_way_in = parts.path == "/login" or parts.path.startswith(("/login/", "/logout"))
    return _HOME if parts.scheme or parts.netloc or is_way_in else wanted
