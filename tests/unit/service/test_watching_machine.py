"""Whatever pushes, looks, ends of runs and deaths of processes come between each other: no commit is skipped, and none
is planned twice for nothing.

What always holds:
1. At most one run that applies is at work.
2. No commit is the head of more applying runs than it came to the deploy branch.
3. A run that carried a commit contains it.
4. A settled head has no open arrival, but for those that a broken commit leaves.
And once everybody has come to rest: the deploy branch is settled, all that came with it is accounted for, and what is
applied is what it says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from watched import MAIN, DiedError, WatchedWorld, applying

from towpath.model.runs import Run, RunStatus
from towpath.model.watching import Outcome

_VALUES = st.dictionaries(st.sampled_from(["dev/a", "dev/b", "prod/c"]), st.integers(1, 3), min_size=1)
_MOMENTS = st.sampled_from(["", "push", "end", "wait", "halt", "resume", "look", "die", "sleep"])


class Watching(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.world = WatchedWorld(Path(self.folder.name) / "state")
        self.came: Counter[str] = Counter()
        self.first = ""
        self.push({"dev/a": 1}, broken=False, back=0)

    def teardown(self) -> None:
        self.come_to_rest()
        self.world.house.state.close()
        self.folder.cleanup()

    @rule(units=_VALUES, broken=st.booleans(), back=st.integers(0, 2))
    def push(self, units: dict[str, int], *, broken: bool, back: int) -> None:
        """A commit on the deploy branch, which is rewritten where it goes back."""
        at = self.world.refs.get(MAIN)
        history = self.world.history(at) if at else []
        onto = history[back] if 0 < back < len(history) else None
        all_units = {**(self.world.commits[onto or at].units if at else {}), **units}
        self.came[self.world.push(all_units, onto=onto, broken=broken)] += 1

    @rule(back=st.integers(1, 3))
    def reset(self, back: int) -> None:
        """The deploy branch goes back to a commit that was there before."""
        history = self.world.history(self.world.refs[MAIN])
        if back < len(history):
            self.world.refs[MAIN] = history[back]
            # Where nobody had looked yet, it comes with what stood on it.
            self.came[history[back]] += 1

    @rule(seconds=st.sampled_from([0, 70, 400]), moment=_MOMENTS, calls=st.integers(0, 4))
    def look(self, seconds: int, moment: str, calls: int) -> None:
        """Somebody looks; in the middle of it something happens."""
        self.world.meanwhile = self._later(calls, self._moment(moment))
        try:
            self.world.tick(seconds)
        except DiedError:
            pass
        finally:
            self.world.meanwhile = None

    @rule(status=st.sampled_from([RunStatus.SUCCEEDED, RunStatus.WAITING, RunStatus.HALTED]))
    def end(self, status: RunStatus) -> None:
        for run in self._at_work():
            self.world.end(run.id, status)

    @precondition(lambda self: self._resting())
    @rule()
    def resume(self) -> None:
        """Somebody approves, or resumes."""
        if not self._at_work():
            self.world.end(self._resting()[-1].id, RunStatus.RUNNING)

    @rule(down=st.booleans())
    def network(self, *, down: bool) -> None:
        self.world.down = down

    @invariant()
    def one_run_is_at_work(self) -> None:
        assert len(self._at_work()) <= 1

    @invariant()
    def nothing_is_planned_twice(self) -> None:
        planned = Counter(run.head for run in applying(self.world.runs()))
        assert not planned - self.came, (planned, self.came)

    @invariant()
    def a_run_contains_what_it_carried(self) -> None:
        heads = {run.id: run.head for run in self.world.runs()}
        for arrival in self.world.store.arrivals(""):
            assert (arrival.outcome is Outcome.CARRIED) == (arrival.run is not None)
            if arrival.run is not None:
                assert arrival.commit in self.world.history(heads[arrival.run])

    @invariant()
    def the_first_look_is_noted(self) -> None:
        if not self.first:
            self.first = next((one.commit for one in self.world.store.arrivals("")), "")

    @invariant()
    def a_settled_head_leaves_nothing_open(self) -> None:
        head = self.world.store.heads("").get(MAIN)
        if head is not None and head.is_settled and head.problem is None:
            assert [one for one in self.world.store.arrivals("") if one.outcome.is_open] == []

    def come_to_rest(self) -> None:
        """Everything goes well from now on, until nothing happens any more."""
        self.world.down = False
        self.world.push({**self.world.commits[self.world.refs[MAIN]].units, "dev/a": 9})
        self.came[self.world.refs[MAIN]] += 1
        for _ in range(6):
            # Longer than any lease and any pause.
            self.world.tick(4000)
            self.end(RunStatus.SUCCEEDED)
            for run in self._resting():
                if run.head == self.world.refs[MAIN]:
                    self.world.end(run.id, RunStatus.SUCCEEDED)
        self.the_first_look_is_noted()
        at = self.world.refs[MAIN]
        head = self.world.store.heads("")[MAIN]
        assert (head.standing, head.settled, head.problem) == (at, at, None)
        arrivals = {arrival.commit: arrival for arrival in self.world.store.arrivals("", 1000)}
        # The first look takes the branch as it stands: what had led to it did not come.
        before = set(self.world.history(self.first)[1:])
        for commit in self.world.history(at):
            assert commit in before or arrivals[commit].outcome in (Outcome.CARRIED, Outcome.NOTHING)
        wanted = self.world.commits[at].units
        assert {unit: self.world.applied.get(unit) for unit in wanted} == wanted
        self.one_run_is_at_work()
        self.nothing_is_planned_twice()

    def _at_work(self) -> list[Run]:
        return [run for run in applying(self.world.runs()) if run.status is RunStatus.RUNNING]

    def _resting(self) -> list[Run]:
        resting = (RunStatus.WAITING, RunStatus.HALTED)
        return [run for run in applying(self.world.runs()) if run.status in resting]

    def _later(self, calls: int, do: Callable[[], None]) -> Callable[[], None]:
        """Does it in the call after so many."""

        def wait() -> None:
            if calls == 0:
                do()
            else:
                self.world.meanwhile = self._later(calls - 1, do)

        return wait

    def _moment(self, moment: str) -> Callable[[], None]:
        def die() -> None:
            raise DiedError

        def another() -> None:
            self.world.store.hurry("", self.world.clock.now())
            self.world.new_watcher().tick()

        def sleep() -> None:
            self.world.clock.advance(1000)
            self.world.new_watcher().tick()

        moments: dict[str, Callable[[], None]] = {
            "push": lambda: self.push({"dev/b": 2}, broken=False, back=0),
            "end": lambda: self.end(RunStatus.SUCCEEDED),
            "wait": lambda: self.end(RunStatus.WAITING),
            "halt": lambda: self.end(RunStatus.HALTED),
            "resume": lambda: self.resume() if self._resting() else None,
            "look": another,
            "die": die,
            "sleep": sleep,
        }
        return moments.get(moment, lambda: None)


TestWatching = Watching.TestCase
TestWatching.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
