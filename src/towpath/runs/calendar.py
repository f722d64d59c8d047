"""Times in which nothing is applied."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from towpath.config import Globs

__all__ = ["ALWAYS", "Calendar", "Freeze"]


@dataclass(frozen=True, slots=True)
class Freeze:
    """From `begins` until `ends` nothing is applied in the environments that these patterns name; none names all."""

    name: str
    begins: datetime.datetime
    ends: datetime.datetime
    environments: tuple[str, ...] = ()
    reason: str = ""

    def holds(self, environment: str, now: datetime.datetime) -> bool:
        return self.begins <= now < self.ends and (not self.environments or Globs(self.environments).fits(environment))

    def in_words(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.name}{why} until {self.ends:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The freezes of one repository."""

    freezes: tuple[Freeze, ...] = ()

    def freeze_of(self, environment: str, now: datetime.datetime) -> Freeze | None:
        """The one that lasts longest, of those that hold."""
        holding = (freeze for freeze in self.freezes if freeze.holds(environment, now))
        return max(holding, key=lambda freeze: freeze.ends, default=None)

    def of(self, environments: Iterable[str], now: datetime.datetime) -> Sequence[Freeze]:
        """Those that hold for any of the environments, in the order of their names."""
        found = {freeze for name in environments if (freeze := self.freeze_of(name, now)) is not None}
        return sorted(found, key=lambda freeze: freeze.name)

    def turns(self, now: datetime.datetime) -> Iterator[datetime.datetime]:
        """When one ends that holds now."""
        return (freeze.ends for freeze in self.freezes if freeze.begins <= now < freeze.ends)


ALWAYS = Calendar()
"""Nothing is ever frozen."""
