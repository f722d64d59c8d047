"""The pages of the service: rendered on the server, kept up to date by small scripts.

1. `app.create_app` takes everything it needs as arguments and returns an ASGI application; nothing is global.
2. A route finds out who is asking (`callers`), asks one use case of `port`, and renders a view.
3. Whoever is not known learns nothing: not whether a run exists, not which version answers (`errors`).
4. Every answer carries the same strict headers (`headers`). No page has a script or a style of its own: what is in
   `static` is all there is, under an address that names its content (`static_files`).
5. What happens in runs is read from the database once for all who watch, and passed on as server-sent events (`live`).

Nothing here decides, queries or keeps anything: that is for the layers below.
"""

from __future__ import annotations

from towpath.web.app import create_app
from towpath.web.port import Services

__all__ = ["Services", "create_app"]
