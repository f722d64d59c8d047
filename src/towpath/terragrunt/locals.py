"""The `locals` of one file, evaluated in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from towpath.hcl.evaluate import evaluate
from towpath.hcl.scope import Scope
from towpath.hcl.syntax import Attribute, Expression
from towpath.hcl.values import Unknown, Value
from towpath.problems import Problem, ProblemError
from towpath.terragrunt.session import Session

__all__ = ["evaluate_locals"]


def evaluate_locals(attributes: Mapping[str, Attribute], scope: Scope, session: Session) -> dict[str, Value]:
    """All values by name. A local that fails is reported once, and stands as an unknown so that what needs it is not
    reported again.
    """
    return _Locals(attributes, scope, session).all()


@dataclass
class _Locals:
    attributes: Mapping[str, Attribute]
    scope: Scope
    session: Session
    values: dict[str, Value] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)

    def all(self) -> dict[str, Value]:
        for name in self.attributes:
            self._ensure(name)
        return {name: self.values[name] for name in self.attributes}

    def _ensure(self, name: str) -> None:
        if name in self.values:
            return
        attribute = self.attributes[name]
        if name in self.running:
            self.session.report(_circle([*self.running[self.running.index(name) :], name], attribute))
            self.values[name] = _failed(name)
            return
        self.running.append(name)
        value = self._evaluate(name, attribute)
        self.running.pop()
        # What a circle found out about this local stands.
        self.values.setdefault(name, value)

    def _evaluate(self, name: str, attribute: Attribute) -> Value:
        needed = self._needed(name, attribute.expression)
        for other in needed:
            self._ensure(other)
        scope = self.scope.child({"local": {other: self.values[other] for other in needed}})
        try:
            return evaluate(attribute.expression, scope)
        except ProblemError as error:
            self.session.report_error(error, attribute.place)
            return _failed(name)

    def _needed(self, name: str, expression: Expression) -> Sequence[str]:
        """The locals that an expression refers to; all others where it refers to `local` as a whole."""
        needed: dict[str, None] = {}
        for reference in self.session.cache.references(expression):
            if reference.root != "local":
                continue
            if reference.path and isinstance(reference.path[0], str):
                needed[reference.path[0]] = None
            else:
                needed.update((other, None) for other in self.attributes if other != name)
        return [other for other in needed if other in self.attributes]


def _failed(name: str) -> Value:
    return Unknown.of(f"local.{name}")


def _circle(names: Sequence[str], attribute: Attribute) -> Problem:
    way = " → ".join(f"local.{name}" for name in names)
    detail = f"{way}: none of them can be first."
    return Problem("locals-cycle", "Locals depend on each other in a circle", detail, attribute.place)
