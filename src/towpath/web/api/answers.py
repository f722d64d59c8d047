"""What every operation may answer when something is wrong, for the description."""

from __future__ import annotations

from typing import Any, Final

from towpath.web.api.documents import ProblemsDocument

__all__ = ["PREFIX", "READING", "WRITING"]

PREFIX: Final = "/api/v1"

READING: Final[dict[int | str, dict[str, Any]]] = {
    401: {"model": ProblemsDocument, "description": "Nobody is known by what was sent."},
    404: {"model": ProblemsDocument, "description": "It is not there, or not for the one who asks."},
    422: {"model": ProblemsDocument, "description": "The request makes no sense."},
    503: {"model": ProblemsDocument, "description": "The database cannot be reached at the moment."},
}
WRITING: Final[dict[int | str, dict[str, Any]]] = {
    **READING,
    403: {"model": ProblemsDocument, "description": "The one who asks may not do this."},
    409: {"model": ProblemsDocument, "description": "It cannot be done to the run as it stands by now."},
}
