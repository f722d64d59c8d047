"""Sets the stage, lets the story be told, and clears up after it, however it ends."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from towpath.demo.account_view import CloudViews
from towpath.demo.cloud import EmulatedCloud
from towpath.demo.ground import DemoTools, demo_cloud, demo_environment, lay_out
from towpath.demo.sample import SampleRepository
from towpath.demo.stage import Narrator, TowpathProgram, tell
from towpath.demo.story import CHAPTERS, Story
from towpath.system.foreground import raising_on_terminate

__all__ = ["run_demo"]

INTERRUPTED = 130
"""The exit status a shell gives a program that ended by Ctrl-C."""


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
            with raising_on_terminate(), demo_cloud(tools, folder) as cloud:
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


def _set_up(
    tools: DemoTools, narrator: Narrator, folder: Path, cloud: EmulatedCloud
) -> tuple[Story, Mapping[str, str]]:
    narrator.chapter("Set up")
    repository = SampleRepository(folder / "live", tools.processes)
    lay_out(cloud, repository)
    environment = demo_environment(tools.environment.all(), folder, cloud)
    narrator.seen(f"An emulated AWS answers on {cloud.endpoint}, with a bucket for the states of each account.")
    names = ", ".join(repository.account_ids)
    narrator.seen(f"A live repository stands in {repository.folder}: the accounts {names}, seven units.")
    towpath = TowpathProgram(repository.folder, environment, narrator, tools.foreground, tools.processes)
    views = CloudViews(cloud, repository.organisation, repository.account_ids)
    return Story(repository, towpath, views, narrator), environment


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
