"""Ways in and out, and the page of one's own account.

1. `callers.KnownPeople` finds out who sends a request: by a bearer token, or by the session's cookie. A token that does
   not hold is not made up for by a cookie.
2. Cookies are for the server alone (`__Host-` and `Secure` where it is reached by https, `HttpOnly`, `SameSite=Lax`).
3. Before somebody has logged in, forms carry a key that is bound to a cookie of its own; afterwards it is the
   session's. What comes from another site is refused in any case (`web.origin`).
4. After logging in, browsers are sent to paths of this server alone (`local_path`).
5. The secret of a one-time link stands behind the `#` of its address, which browsers send to nobody: it is in no log.
   Looking at the page uses nothing up; pressing its button does.
"""

from __future__ import annotations

from towpath.web.login.callers import KnownPeople

__all__ = ["KnownPeople"]
