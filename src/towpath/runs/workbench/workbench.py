"""Plans and applies units with an engine: `model.work.Workbench` for real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from towpath.engines.engine import Engine
from towpath.engines.terraform.engine import Console
from towpath.engines.terraform.failures import Failure
from towpath.engines.terraform.plan_json import hide_secrets, read_plan
from towpath.engines.terraform.state import Output, StateMark, digest_outputs, mark_of_plan_file
from towpath.engines.terraform.working_folder import write_private
from towpath.model.changes import Action
from towpath.model.commands import Cancellation, LogSink
from towpath.model.paths import UnitPath
from towpath.model.plans import Exactness, Plan, PlanBinding
from towpath.model.work import ApplyJob, ApplyOutcome, ApplyReport, PlanJob, PlanReport, Reality
from towpath.problems import Problem, ProblemError, Severity
from towpath.runs.workbench.checkouts import Checkouts
from towpath.runs.workbench.credentials import Purpose
from towpath.runs.workbench.evaluating import EvaluatedUnit, EvaluationRequest, Evaluator
from towpath.runs.workbench.exclusion import must_not_be_excluded
from towpath.runs.workbench.looking import Looking, finished, init, must_last
from towpath.runs.workbench.outputs import DependencyOutputs
from towpath.runs.workbench.preparing import Prepared, Preparer
from towpath.runs.workbench.tools import InterruptedWorkError, Tools

__all__ = ["TerraformWorkbench"]


class TerraformWorkbench:
    """Thread-safe: a worker has one, and works on many units with it at once."""

    def __init__(self, tools: Tools) -> None:
        # The engine runs in other folders than this process does.
        tools = replace(tools, state=tools.state.absolute())
        self._tools = tools
        self._preparer = Preparer(tools)
        self._evaluator = Evaluator(tools, Checkouts(tools))
        self._looking = Looking(tools, self._evaluator, self._preparer)

    def plan(self, job: PlanJob, log: LogSink, cancellation: Cancellation) -> PlanReport:
        console = Console(log, cancellation)
        request = EvaluationRequest(job.run, job.unit, job.commit)
        try:
            evaluated, provisional = self._evaluate(request, job.action, job.pending, console)
            with self._preparer.prepared(evaluated, console) as prepared:
                plan = self._planned(job, prepared, console)
        except InterruptedWorkError:
            return PlanReport(None, interrupted=True)
        except ProblemError as error:
            return PlanReport(None, _of_unit(error, job.unit))
        plan = replace(plan, exactness=Exactness.PROVISIONAL) if provisional else plan
        return PlanReport(plan, tuple(_not_ignored(evaluated)))

    def _planned(self, job: PlanJob, prepared: Prepared[Engine], console: Console) -> Plan:
        engine, workspace = prepared.engine, prepared.workspace
        destroy = job.action is Action.DESTROY
        init(self._preparer, prepared, console)
        finished(engine.plan(workspace, console, destroy=destroy))
        must_last(prepared)
        content = hide_secrets(read_plan(finished(engine.show(workspace, console)).stdout), workspace.secrets)
        saved = engine.plan_file(workspace).read_bytes()
        mark = mark_of_plan_file(saved)
        binding = PlanBinding(
            unit=job.unit,
            commit=job.commit,
            fingerprint=job.fingerprint,
            state_lineage=mark.lineage,
            state_serial=mark.serial,
            engine=engine.binary.name,
            engine_version=engine.binary.version,
            digest=self._tools.plan_files.put(saved),
        )
        return Plan(binding, Exactness.EXACT, content.resources, content.outputs, destroy)

    def apply(self, job: ApplyJob, log: LogSink, cancellation: Cancellation) -> ApplyReport:
        console = Console(log, cancellation)
        request = EvaluationRequest(job.run, job.unit, job.commit, Purpose.APPLY, _command(job.action))
        try:
            if job.plan.exactness is not Exactness.EXACT:
                raise ProblemError(_provisional(job))
            saved = self._tools.plan_files.get(job.plan.binding.digest)
            evaluated, _ = self._evaluate(request, job.action, frozenset(), console)
            with self._preparer.prepared(evaluated, console) as prepared:
                return self._applied(job, saved, evaluated, prepared, console)
        except InterruptedWorkError:
            return ApplyReport(ApplyOutcome.INTERRUPTED)
        except ProblemError as error:
            return ApplyReport(_outcome(error), problems=_of_unit(error, job.unit))

    def _applied(
        self, job: ApplyJob, saved: bytes, evaluated: EvaluatedUnit, prepared: Prepared[Engine], console: Console
    ) -> ApplyReport:
        engine, workspace = prepared.engine, prepared.workspace
        _must_be_same_engine(job.plan, prepared)
        init(self._preparer, prepared, console)
        before = self._looking.while_working(evaluated, prepared, console)
        if before.mark != _mark(job.plan):
            raise ProblemError(_stale(job, before.mark))
        write_private(engine.plan_file(workspace), saved)
        finished(engine.apply(workspace, console, destroy=job.action is Action.DESTROY))
        after = self._looking.while_working(evaluated, prepared, console)
        return ApplyReport(ApplyOutcome.APPLIED, self._digest(after.outputs))

    def reality(self, job: ApplyJob, cancellation: Cancellation) -> Reality:
        """A state that cannot be seen matches no plan: then the unit is planned again, and that says what is wrong."""
        request = EvaluationRequest(job.run, job.unit, job.commit, Purpose.APPLY, _command(job.action))
        try:
            look = self._looking.look(request, Console(_Nowhere(), cancellation))
        except (ProblemError, InterruptedWorkError):
            return Reality(matches_plan=False)
        return Reality(look.snapshot.mark == _mark(job.plan), look.locked_by)

    def outputs(self, job: PlanJob) -> Mapping[str, str]:
        """Raises `ProblemError` when the state cannot be read: that is not the same as having no outputs."""
        request = EvaluationRequest(job.run, job.unit, job.commit)
        return self._digest(self._looking.outputs(request, Console(_Nowhere(), _Never())) or {})

    def _digest(self, outputs: Mapping[str, Output]) -> dict[str, str]:
        return digest_outputs(outputs, self._tools.output_key)

    def _evaluate(
        self, request: EvaluationRequest, action: Action, pending: frozenset[UnitPath], console: Console
    ) -> tuple[EvaluatedUnit, bool]:
        """The unit, and whether something it reads is not final. What takes a unit down needs no final outputs."""
        outputs = DependencyOutputs(
            request=request,
            pending=pending,
            commands=(request.command, "destroy") if action is Action.DESTROY else (request.command,),
            read=lambda asked: self._looking.outputs(asked, console),
            not_final=set(),
        )
        evaluated = self._evaluator.evaluate(request, outputs)
        must_not_be_excluded(evaluated, action)
        return evaluated, bool(outputs.not_final) and action is not Action.DESTROY


class _Nowhere:
    """A log for looking: what the engine prints then interests nobody."""

    def line(self, text: str) -> None:
        del text


class _Never:
    """Of calls that cannot be cancelled; they take seconds."""

    def level(self) -> int:
        return 0

    def wait(self, level: int, seconds: float) -> int:
        del level, seconds
        return 0


def _not_ignored(evaluated: EvaluatedUnit) -> Iterator[Problem]:
    """A unit whose apply failed is not what its plan said, whatever the configuration would like to pass over."""
    config = evaluated.config
    for ignore in config.ignores if config else ():
        detail = f"errors.ignore {ignore.name!r}: such an error is a failure here, and halts the run."
        place = config.provenance.get(f"errors.ignore.{ignore.name}") if config else None
        summary = "Errors are not ignored"
        hint = "Mend what causes them; those that pass by themselves may stand in `errors.retry`."
        yield Problem("errors-not-ignored", summary, detail, place, hint, evaluated.unit, Severity.WARNING)


def _command(action: Action) -> str:
    return "destroy" if action is Action.DESTROY else "apply"


def _mark(plan: Plan) -> StateMark:
    return StateMark(plan.binding.state_lineage, plan.binding.state_serial)


def _of_unit(error: ProblemError, unit: str) -> tuple[Problem, ...]:
    return tuple(problem.in_unit(unit) for problem in error.problems)


def _outcome(error: ProblemError) -> ApplyOutcome:
    ids = {problem.id for problem in error.problems}
    if Failure.STALE.value in ids:
        return ApplyOutcome.STALE
    return ApplyOutcome.LOCKED if Failure.LOCKED.value in ids else ApplyOutcome.FAILED


def _stale(job: ApplyJob, now: StateMark) -> Problem:
    then = _mark(job.plan)
    detail = f"It was planned on {_told(then)}; now there is {_told(now)}. Nothing was applied."
    return Problem(Failure.STALE.value, "The state moved on since the plan was made", detail, hint="Plan again.")


def _told(mark: StateMark) -> str:
    return "no state" if mark.lineage is None else f"state {mark.lineage} with serial {mark.serial}"


def _provisional(job: ApplyJob) -> Problem:
    detail = f"The plan of {job.unit} was made with outputs that were not final; it must be planned again."
    return Problem("plan-provisional", "A provisional plan is never applied", detail, hint="Plan again.")


def _must_be_same_engine(plan: Plan, prepared: Prepared[Engine]) -> None:
    binary, binding = prepared.engine.binary, plan.binding
    if (binary.name, binary.version) != (binding.engine, binding.engine_version):
        detail = (
            f"It was planned with {binding.engine} {binding.engine_version}; here is {binary.name} {binary.version}, "
            "which may read the saved plan differently. Nothing was applied."
        )
        raise ProblemError(
            Problem(Failure.STALE.value, "The plan was made by another engine", detail, hint="Plan again.")
        )
