"""What machines ask: does the process answer, can it work, how much is there to do."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from towpath.access import Act, Place, may
from towpath.problems import ProblemError
from towpath.web.callers import Asking
from towpath.web.errors import not_found
from towpath.web.pages.common import Serving

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def alive() -> Response:
    """The process answers. It says nothing else to strangers."""
    return PlainTextResponse("ok")


@router.get("/readyz")
def ready(services: Serving) -> Response:
    """It can reach its database. Why not is for its log alone."""
    try:
        if services.measures is not None:
            services.measures.is_ready()
    except ProblemError:
        return PlainTextResponse("not ready", 503)
    return PlainTextResponse("ready")


@router.get("/metrics")
def metrics(visit: Asking, services: Serving) -> Response:
    """For those who may see all repositories: a monitoring system is given a token."""
    if services.measures is None or not may(visit.caller, Act.SEE, Place()):
        raise not_found()
    return Response(services.measures.text(), media_type=CONTENT_TYPE_LATEST)
