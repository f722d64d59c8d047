"""The application: its routes, put together."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from towpath.web.api import deciding, description
from towpath.web.api import estate as api_estate
from towpath.web.api import runs as api_runs
from towpath.web.api.description import describe
from towpath.web.errors import handle_errors
from towpath.web.headers import SecurityHeaders
from towpath.web.live.tails import Tails
from towpath.web.login import account, entering
from towpath.web.pages import acting, audit, beginning, estate, following, health, run, runs, unit
from towpath.web.port import Services
from towpath.web.proxies import RealAddress
from towpath.web.static_files import StaticFiles
from towpath.web.templates import Pages

__all__ = ["create_app"]


_ABOUT = """Everything that the pages show and do, for programs. Requests carry a token: `Authorization: Bearer …`."""


class _Application(FastAPI):
    """Headers are added outside of everything, so that answers to unexpected errors have them as well."""

    def build_middleware_stack(self) -> ASGIApp:
        services: Services = self.state.services
        proxies = services.login.proxies if services.login is not None else ()
        is_https = services.base_url.startswith("https://")
        return RealAddress(SecurityHeaders(super().build_middleware_stack(), is_https=is_https), proxies)


def create_app(services: Services) -> FastAPI:
    """The application over these services. It starts nothing but what following events needs while it is served."""
    app = _Application(
        title="Towpath", version="1", description=_ABOUT, docs_url=None, redoc_url=None, openapi_url=None
    )
    static = StaticFiles()
    app.state.services = services
    app.state.pages = Pages(static, services.clock)
    app.state.tails = Tails()
    app.router.routes.append(static.route())
    app.add_api_route("/", _home, include_in_schema=False)
    if services.login is not None:
        app.include_router(entering.router)
        app.include_router(account.router)
    for api in (api_runs, deciding, api_estate, description):
        app.include_router(api.router)
    describe(app)
    for part in (health, runs, run, unit, following, estate, audit, acting, beginning):
        app.include_router(part.router)
    handle_errors(app)
    return app


def _home() -> Response:
    return RedirectResponse("/runs", 303)
