"""Sets the stage, lets the story be told, and clears up after it, however it ends."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from towpath.demo.account_view import CloudViews
from towpath.demo.cloud import EmulatedCloud, cloud_environment, start_cloud
from towpath.demo.sample import REGION, SampleRepository
from towpath.demo.stage import Narrator, StoryError, TowpathProgram
from towpath.demo.story import CHAPTERS, Chapter, Story
from towpath.system import (
    Clock,
    Environment,
    ProcessEnvironment,
    Processes,
    SystemClock,
    SystemProcesses,
)
from towpath.system.foreground import Foreground, SystemForeground, raising_on_terminate
from towpath.system.servers import Servers, SystemServers

__all__ = ["DemoTools", "run_demo", "system_tools", "tell"]

INTERRUPTED = 130
"""The exit status a shell gives a program that ended by Ctrl-C."""


@dataclass(frozen=True)
class DemoTools:
    """The doors to the outside that the demo goes through."""

    clock: Clock
    environment: Environment
    processes: Processes
    foreground: Foreground
    servers: Servers


def system_tools() -> DemoTools:
    """The machine's own."""
    return DemoTools(SystemClock(), ProcessEnvironment(), SystemProcesses(), SystemForeground(), SystemServers())


def run_demo(*, keep: bool, console: Console, tools: DemoTools) -> int:
    """The whole demo. Gives the exit status: 0 the story was told to its end, 1 it went wrong, 130 it was interrupted.

    With `keep`, the folder and the emulated AWS stay, and the last lines say how to explore them. Raises `ProblemError`
    when the demo cannot start.
    """
    narrator = Narrator(console)
    began = tools.clock.steady()
    folder = Path(tempfile.mkdtemp(prefix="towpath-demo-")).resolve()
    with contextlib.ExitStack() as afterwards:
        afterwards.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            with raising_on_terminate(), _cloud(tools, folder) as cloud:
                story, environment = _set_up(tools, narrator, folder, cloud)
                status = tell(story, CHAPTERS, tools.clock, began)
                if keep:
                    _say_how_to_explore(narrator, folder, environment, cloud)
                    cloud.release()
        except KeyboardInterrupt:
            narrator.say("Interrupted. Everything the demo started is stopped.")
            return INTERRUPTED
        if keep:
            afterwards.pop_all()
        return status


def tell(story: Story, chapters: Sequence[Chapter], clock: Clock, began: float) -> int:
    """Tells the chapters in order, and sums up. 1 when one did not happen as told; the rest is not told then."""
    narrator = story.narrator
    parts = [("Set up", clock.steady() - began)]
    for number, chapter in enumerate(chapters, start=1):
        narrator.chapter(f"{number}. {chapter.title}")
        start = clock.steady()
        try:
            chapter.tell(story)
        except StoryError as error:
            narrator.failed(f"The story went wrong in chapter {number}, {chapter.title}.", f"Expected: {error}.")
            return 1
        parts.append((f"{number}. {chapter.title}", clock.steady() - start))
        narrator.took(parts[-1][1])
    narrator.chapter("Summary")
    narrator.table([*parts, ("Altogether", clock.steady() - began)])
    return 0


@contextlib.contextmanager
def _cloud(tools: DemoTools, folder: Path) -> Iterator[EmulatedCloud]:
    cloud = start_cloud(tools.servers, tools.clock, tools.environment.all(), folder / "cloud.log", REGION)
    try:
        yield cloud
    finally:
        cloud.stop()


def _set_up(
    tools: DemoTools, narrator: Narrator, folder: Path, cloud: EmulatedCloud
) -> tuple[Story, Mapping[str, str]]:
    narrator.chapter("Set up")
    repository = SampleRepository(folder / "live", tools.processes)
    repository.create()
    for bucket, account_id in repository.state_buckets().items():
        cloud.make_bucket(bucket, account_id)
    environment = _environment(tools.environment.all(), folder, cloud)
    narrator.seen(f"An emulated AWS answers on {cloud.endpoint}, with a bucket for the states of each account.")
    names = ", ".join(repository.account_ids)
    narrator.seen(f"A live repository stands in {repository.folder}: the accounts {names}, seven units.")
    towpath = TowpathProgram(repository.folder, environment, narrator, tools.foreground, tools.processes)
    views = CloudViews(cloud, repository.organisation, repository.account_ids)
    return Story(repository, towpath, views, narrator), environment


def _environment(base: Mapping[str, str], folder: Path, cloud: EmulatedCloud) -> dict[str, str]:
    """What `towpath` runs with: the emulated AWS, and a home for its runs inside the demo's folder."""
    environment = cloud_environment(base, cloud.endpoint, REGION) | {
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    configuration = environment.get("TF_CLI_CONFIG_FILE")
    if configuration and not Path(configuration).is_file():
        del environment["TF_CLI_CONFIG_FILE"]
    return environment


def _say_how_to_explore(narrator: Narrator, folder: Path, environment: Mapping[str, str], cloud: EmulatedCloud) -> None:
    wanted = ("AWS_", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TF_CLI_CONFIG_FILE", "CHECKPOINT_")
    lines = [f"export {n}={shlex.quote(v)}" for n, v in sorted(environment.items()) if n.startswith(wanted)]
    settings = folder / "environment.sh"
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    narrator.chapter("Kept for you")
    for line in (
        f"The emulated AWS goes on as process {cloud.pid}. To look around:",
        f"  . {shlex.quote(str(settings))}",
        f"  cd {shlex.quote(str(folder / 'live'))}",
        "  towpath units",
        "  towpath runs",
        "To end it:",
        f"  kill {cloud.pid}; rm -rf {shlex.quote(str(folder))}",
    ):
        narrator.line(line)
