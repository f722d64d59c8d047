"""Ctrl-C while Terraform works: it stops cleanly, the run says so, and goes on when it is resumed."""

from __future__ import annotations

import signal
from pathlib import Path

from local_live import LocalLive
from patience import until
from world import Typed, World


def test_an_interrupted_apply_is_recorded_and_resumed(world: World) -> None:
    live = LocalLive(world, {"dev": 1, "prod": 2})
    for account in ("dev", "prod"):
        live.unit(f"{account}/app", '"one"')
    world.push("One")
    live.set_trap("dev/app", "wait")
    typed = world.start("apply")
    live.wait_until_busy("dev/app", typed)
    typed.process.send_signal(signal.SIGINT)
    interrupted = typed.wait()
    assert interrupted.status == 1
    assert interrupted.statuses["dev/app"] != "applied"
    assert live.journal() == [], "neither the unit nor what comes after it"

    live.remove_trap("dev/app", "wait")
    resumed = world.towpath("resume", interrupted.run, status=3)
    assert resumed.run_status == "waiting", "what was half made must be replaced: more than was agreed to"
    done = world.approve(interrupted.run)
    assert set(done.statuses.values()) == {"applied"}
    assert [line for line in live.journal() if line.startswith("made")] == ["made dev/app one", "made prod/app one"]


SLOW_TO_STOP = """#!/bin/sh
if [ "$1" = apply ]; then
  trap '' INT
  touch "{notes}/busy"
  while [ -e "{notes}/wait" ]; do sleep 0.1; done
fi
exec terraform "$@"
"""


def test_who_comes_after_a_killed_towpath_waits_until_its_engine_is_gone(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/app", '"one"')
    engine = live.notes / "terraform"
    engine.write_text(SLOW_TO_STOP.format(notes=live.notes), encoding="utf-8")
    engine.chmod(0o755)
    world.write({"towpath.yml": f"engine: {{binary: {engine}}}\n"})
    world.push("One")
    (live.notes / "wait").touch()
    killed = world.start("apply")
    wait_for(live.notes / "busy", killed)
    killed.process.kill()
    killed.process.communicate()

    run = world.towpath("runs", status=0).document["runs"][0]["run"]
    resumed = world.start("resume", run)
    assert resumed.process.stderr is not None
    said = next(line for line in resumed.process.stderr if line.strip())
    assert f"of process {killed.process.pid} on" in said, "it waits, and says for whom"
    (live.notes / "wait").unlink()
    assert resumed.wait(status=0).statuses == {"dev/app": "applied"}
    assert live.journal() == ["made dev/app one"], "what the dead one's engine did is found, and not done again"


def wait_for(file: Path, typed: Typed) -> None:
    """Half a minute at most."""

    def is_there() -> bool:
        assert typed.process.poll() is None, typed.wait()
        return file.exists()

    assert until(is_there, 30)
