"""Who somebody is: accounts and passwords, one-time links, the login provider, sessions, tokens.

1. An account is known by its address. It gets in with a password, with a link that an administrator made (once, for a
   day), or through the login provider, which vouches for the address.
2. Guessing is slow: tries are counted per account and per network address in the database, before the password is
   looked at; a wrong password, an unknown name and a disabled account look alike and take the same time.
3. Every way in begins a new session with a new secret. A session ends when it is idle for too long, when it is old, at
   logout, when the password changes, when the account is disabled.
4. A token lets programs in, with what its owner may do up to the token's scopes, until it expires or is revoked.
5. Of a session, link or token only the hash of its secret is kept. Secrets appear in no log, event, problem or repr.
6. Each step is written into the audit log, in the same transaction.

What somebody may do is decided by `access`; cookies and forms are those of `web`. `oidc` is imported from its module:
most do without.
"""

from __future__ import annotations

from towpath.login.accounts import Accounts, Link
from towpath.login.claims import Claims
from towpath.login.passwords import Cost, Passwords
from towpath.login.registry import By, Registry
from towpath.login.sessions import Lifetimes, LoggedIn, Sessions, form_key
from towpath.login.tokens import NewToken, Tokens

__all__ = [
    "Accounts",
    "By",
    "Claims",
    "Cost",
    "Lifetimes",
    "Link",
    "LoggedIn",
    "NewToken",
    "Passwords",
    "Registry",
    "Sessions",
    "Tokens",
    "form_key",
]
