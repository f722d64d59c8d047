"""Functions whose result differs from run to run: they are unknown, and say where they stand."""

from __future__ import annotations

from towpath.hcl.functions.kinds import STRING, WHOLE
from towpath.hcl.functions.registry import define, table
from towpath.hcl.scope import Call
from towpath.hcl.values import Unknown, Value

__all__ = ["UNKNOWN"]


def _unknown(call: Call, *_: Value) -> Value:
    return Unknown.of(call.source, call.place)


UNKNOWN = table(
    (
        define("bcrypt(text, cost...)", STRING, WHOLE, run=_unknown, least=1, most=2, wants_call=True),
        define("plantimestamp()", run=_unknown, wants_call=True),
        define("timestamp()", run=_unknown, wants_call=True),
        define("uuid()", run=_unknown, wants_call=True),
    )
)
