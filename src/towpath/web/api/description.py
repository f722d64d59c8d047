"""The description of the programming interface: for programs as OpenAPI, for people as a page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from towpath.web.api.answers import PREFIX
from towpath.web.callers import Asking
from towpath.web.pages.common import Rendering

__all__ = ["describe", "router"]

router = APIRouter(include_in_schema=False)


def describe(app: FastAPI) -> None:
    """Says in the description how requests show who sends them."""
    make = app.openapi

    def with_security() -> dict[str, Any]:
        schema = make()
        components = schema.setdefault("components", {})
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"token": []}]
        return schema

    app.openapi = with_security  # type: ignore[method-assign] # as FastAPI's documentation has it


@router.get(f"{PREFIX}/openapi.json")
def openapi(request: Request, visit: Asking) -> JSONResponse:
    del visit
    return JSONResponse(request.app.openapi())


@router.get("/api")
def page(request: Request, visit: Asking, pages: Rendering) -> HTMLResponse:
    del visit
    operations = [
        {"method": method.upper(), "path": path, "summary": operation.get("summary", "")}
        for path, methods in request.app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]
    return pages.answer(request, "api.html", {"operations": operations})
