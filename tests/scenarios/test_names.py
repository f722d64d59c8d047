"""Folders with spaces and letters of other languages, from the repository's own down to the unit's."""

from __future__ import annotations

from pathlib import Path

from local_live import LocalLive
from world import World

UNITS = ("dev/größe und form/netz", "dev/größe und form/app 日本", "dev/it's/app")


def test_paths_with_spaces_and_unicode(tmp_path: Path, providers: Path) -> None:
    home = tmp_path / "ein Ordner für Ümläute"
    home.mkdir()
    world = World(home, "live repository é")
    world.environment["TF_CLI_CONFIG_FILE"] = str(providers)
    live = LocalLive(world, {"dev": 1})
    live.unit(UNITS[0], '"grün"')
    live.unit(UNITS[1], "dependency.up.outputs.value", reads={"up": UNITS[0]})
    live.unit(UNITS[2], '"it is"')
    base = world.push("Names as people write them")
    assert [each["path"] for each in world.towpath("units", status=0).document["units"]] == sorted(UNITS)
    done = world.apply()
    assert done.statuses == dict.fromkeys(UNITS, "applied")
    assert sorted(live.journal()) == sorted(
        [f"made {UNITS[0]} grün", f"made {UNITS[1]} grün!", f"made {UNITS[2]} it is"]
    )
    world.remove(UNITS[1])
    world.push("One less")
    changes = world.changes(base).document
    assert [each["path"] for each in changes["units"]] == [UNITS[1]]
    assert world.apply().statuses == {UNITS[1]: "destroyed"}
    assert world.towpath("show", UNITS[0], status=0).document is not None
