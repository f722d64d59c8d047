"""The `locals` of one file, evaluated in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from towpath.hcl.evaluate import evaluate
from towpath.hcl.scope import Scope
from towpath.hcl.syntax import Attribute
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

    def all(self) -> dict[str, Value]:
        for name in self.attributes:
            self._ensure(name)
        return {name: self.values[name] for name in self.attributes}

    def _ensure(self, name: str) -> None:
        """Evaluates a local after those that it needs. Without recursion: chains may be long."""
        waiting = [name]
        while waiting:
            last = waiting[-1]
            missing = [other for other in self._needed(last) if other not in self.values]
            around = next((other for other in missing if other in waiting), None)
            if around is not None:
                self.session.report(_circle([*waiting[waiting.index(around) :], around], self.attributes[around]))
                self.values[around] = _failed(around)
            elif missing:
                waiting.append(missing[0])
            else:
                # What a circle found out about this local stands.
                self.values.setdefault(last, self._evaluate(last))
                waiting.pop()

    def _evaluate(self, name: str) -> Value:
        attribute = self.attributes[name]
        visible: dict[str, Value] = {other: self.values[other] for other in self._needed(name)}
        try:
            return evaluate(attribute.expression, self.scope.child({"local": visible}))
        except ProblemError as error:
            self.session.report_error(error, attribute.place)
            return _failed(name)

    def _needed(self, name: str) -> Sequence[str]:
        """The locals that a local refers to; all others where it refers to `local` as a whole."""
        needed: dict[str, None] = {}
        for reference in self.session.cache.references(self.attributes[name].expression):
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
    hint = "Give one of them a value that needs none of the others."
    return Problem("locals-cycle", "Locals depend on each other in a circle", detail, attribute.place, hint)
