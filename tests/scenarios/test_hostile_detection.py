"""A repository that wants to break out: detection starts nothing but git, opens no socket, reads only the commit."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from watched_detection import Watch
from world import Outcome, World

OUTSIDE = "CONTENT-OF-A-FILE-OUTSIDE"
HUSHED = "VALUE-OF-A-VARIABLE-NOBODY-LISTED"
UP = "../" * 12
ODD = "odd\n\x1b[31m[bold]name"
DEEP = 5000

REFUSED = {
    "file-absolute": ('file("{home}/outside.txt")', "outside-repository"),
    "file-climbing": (f'file("{UP}{{home}}/outside.txt")', "outside-repository"),
    "file-proc": ('file("/proc/self/environ")', "outside-repository"),
    "file-device": ('file("/dev/zero")', "outside-repository"),
    "file-home": ('file("~/.aws/credentials")', "wrong-arguments"),
    "file-link": ('file("link")', "symlink-leaves-repository"),
    "file-link-folder": ('file("link-folder/outside.txt")', "symlink-leaves-repository"),
    "file-chain": ('file("chain")', "symlink-leaves-repository"),
    "file-loop": ('file("loop")', "symlink-loop"),
    "file-huge": ('file("../huge/huge.json")', "value-too-large"),
    "json-huge": ('jsondecode(file("../huge/huge.json"))', "value-too-large"),
    "fileset": ('fileset("{home}", "**")', "outside-repository"),
    "filehash": ('filesha256("{home}/outside.txt")', "outside-repository"),
    "template": ('templatefile("{home}/outside.txt", {{}})', "outside-repository"),
    "tfvars": ('read_tfvars_file("{home}/outside.txt")', "outside-repository"),
    "sops-outside": ('sops_decrypt_file("{home}/outside.txt")', "outside-repository"),
    "config-outside": ('read_terragrunt_config("{home}/outside.hcl")', "outside-repository"),
    "config-itself": ('read_terragrunt_config("terragrunt.hcl")', "read-cycle"),
    "parents": (f'find_in_parent_folders("{UP}etc/passwd")', "outside-repository"),
    "deep-lists": ("[" * DEEP + "]" * DEEP, "expression-too-deep"),
    "deep-json": ('jsondecode(file("../huge/deep.json"))', "wrong-arguments"),
    "loops": ("[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]", "value-too-large"),
    "aliases": ('yamldecode(file("../huge/aliases.yaml"))', "value-too-large"),
}
"""Inputs that must be refused, with the problem's id."""

UNKNOWN = {
    "command": 'run_cmd("trap", "x")',
    "command-quiet": 'run_cmd("--terragrunt-quiet", "sh", "-c", "trap")',
    "environment": 'get_env("HUSHED")',
    "environment-default": '"${get_env("HUSHED", "none")}-suffix"',
    "environment-home": 'get_env("HOME")',
    "aws-account": "get_aws_account_id()",
    "aws-caller": "get_aws_caller_identity_arn()",
    "sops": 'yamldecode(sops_decrypt_file("secret.yaml"))',
}
"""Inputs that detection cannot know, and does not try to."""

CONFIGURATIONS = {
    "source-outside": ('terraform {{ source = "{home}/outside" }}', "module-missing"),
    "source-climbing": (f'terraform {{{{ source = "{UP}etc//x" }}}}', "module-missing"),
    "include-outside": ('include "a" {{ path = "{home}/outside.hcl" }}', "outside-repository"),
    "include-itself": ('include "a" {{ path = "terragrunt.hcl" }}', "nested-include"),
    "dependency-outside": ('dependency "a" {{ config_path = "{home}" }}', "outside-repository"),
    "locals-cycle": ("locals {{\n  a = local.b\n  b = local.a\n}}", "locals-cycle"),
    "growing": (
        'locals {{\n  a0 = "xxxxxxxxxx"\n'
        + "".join(f'  a{n + 1} = "{f"${{{{local.a{n}}}}}" * 10}"\n' for n in range(9))
        + "}}\ninputs = {{ a = local.a9 }}",
        "value-too-large",
    ),
    "comments-huge": ("# comment\n" * (5 * 1024 * 1024), "value-too-large"),
}

ALIASES = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(12)
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Watch]:
    """The repository, its last commit touching every unit, and the watch on whoever reads it."""
    home = tmp_path_factory.mktemp("hostile")
    (home / "outside.txt").write_text(OUTSIDE)
    (home / "outside.hcl").write_text(f'locals {{ a = "{OUTSIDE}" }}\n')
    (home / "outside").mkdir()
    world, watch = World(home), Watch(home / "watch")
    texts = {name: text.format(home=home) for name, (text, _) in CONFIGURATIONS.items()}
    texts |= {name: f"inputs = {{ a = {value[0].format(home=home)} }}" for name, value in REFUSED.items()}
    texts |= {name: f"inputs = {{ a = {value} }}" for name, value in UNKNOWN.items()}
    for name, text in texts.items():
        world.write({f"{name}/terragrunt.hcl": text + "\n", f"{name}/main.tf": 'variable "a" {}\n'})
    world.write({f"{ODD}/terragrunt.hcl": "inputs = {}\n", f"{ODD}/main.tf": ""})
    world.write({"sops/secret.yaml": "a: ENC[x]\n", "huge/aliases.yaml": ALIASES, "huge/deep.json": "[" * 90_000})
    world.write({"huge/huge.json": '{"a": [' + "1," * (25 * 1024 * 1024) + "1]}"})
    _links(world.folder, home)
    world.push("Everything that could go wrong")
    for name in (*texts, ODD):
        world.write({f"{name}/main.tf": 'variable "a" {}\nvariable "b" { default = 1 }\n'})
    world.write({".gitattributes": "* filter=evil diff=evil\n"})
    world.push("Everything changes")
    _set_traps(world, watch)
    return world, watch


def _links(folder: Path, home: Path) -> None:
    for name in ("file-link", "file-link-folder", "file-chain", "file-loop"):
        outside = str(home / "outside.txt")
        for link, target in {"link": outside, "chain": "link", "loop": "back", "back": "loop"}.items():
            (folder / name / link).symlink_to(target)
        (folder / name / "link-folder").symlink_to(home)


def _set_traps(world: World, watch: Watch) -> None:
    settings = "core.sshCommand core.pager core.editor gpg.program core.askPass credential.helper diff.external"
    filters = "filter.evil.clean filter.evil.smudge filter.evil.process diff.evil.textconv diff.evil.command"
    for name in (*settings.split(), *filters.split(), "core.fsmonitor", "alias.ls-tree", "alias.cat-file"):
        world.configure(name, str(watch.trap))
    world.configure("core.hooksPath", str(watch.trap.parent))
    (world.folder / "command/terragrunt.hcl").touch()
    variables = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_EDITOR", "GIT_ASKPASS")
    world.environment |= dict.fromkeys(variables, str(watch.trap))
    world.environment |= {"GIT_DIR": "/nowhere", "GIT_EXEC_PATH": str(watch.trap.parent), "GIT_INDEX_FILE": "/nowhere"}
    world.environment |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor"}
    world.environment |= {"GIT_CONFIG_VALUE_0": str(watch.trap), "GIT_TRACE": str(world.home / "trace")}
    world.environment |= {"HUSHED": HUSHED, **watch.environment(world.environment)}


COMMANDS = (("units",), ("changes", "HEAD~1"), ("graph",), ("show", "command"), ("show", "file-link"))


@pytest.fixture(scope="module")
def told(hostile: tuple[World, Watch]) -> dict[str, Outcome]:
    """What each command said; `World` ends one that takes too long."""
    world, _ = hostile
    return {" ".join(words): world.towpath(*words) for words in COMMANDS}


def test_nothing_is_started_but_git_and_no_socket_is_opened(
    hostile: tuple[World, Watch], told: dict[str, Outcome]
) -> None:
    world, watch = hostile
    assert {outcome.status for outcome in told.values()} <= {0, 2}
    assert watch.processes
    assert all(started.startswith(repr(str(watch.trap.with_name("git")))) for started in watch.processes)
    assert (watch.sprung, watch.connections) == ([], [])
    assert not (world.home / "trace").exists()


def test_no_file_is_read_but_the_programs_own(hostile: tuple[World, Watch], told: dict[str, Outcome]) -> None:
    _, watch = hostile
    assert told
    source = Path(__file__).parents[2] / "src"
    own = (sys.prefix, sys.base_prefix + "/lib", str(source), str(watch.trap.parents[1]), "/dev/null", "/etc/localtime")
    assert [file for file in watch.opened if not file.startswith(own)] == []


def test_nothing_from_outside_is_told(told: dict[str, Outcome]) -> None:
    said = "".join(outcome.said for outcome in told.values())
    assert OUTSIDE not in said
    assert HUSHED not in said
    assert "root:x:" not in said


@pytest.mark.parametrize(
    ("unit", "problem"), [(name, expected) for name, (_, expected) in {**REFUSED, **CONFIGURATIONS}.items()]
)
def test_what_is_refused_says_where(told: dict[str, Outcome], unit: str, problem: str) -> None:
    found = [each for each in told["units"].document["problems"] if each["unit"] == unit and each["id"] == problem]
    assert found, [each for each in told["units"].document["problems"] if each["unit"] == unit]
    assert all(each["file"] for each in found)


@pytest.mark.parametrize("unit", UNKNOWN)
def test_what_is_unknown_breaks_nothing(told: dict[str, Outcome], unit: str) -> None:
    document = told["changes HEAD~1"].document
    assert unit in {each["path"] for each in document["units"]}
    assert not [each for each in document["problems"] if each["unit"] == unit and each["severity"] == "error"]


def test_names_cannot_speak_to_the_terminal(hostile: tuple[World, Watch], told: dict[str, Outcome]) -> None:
    del told
    world, _ = hostile
    for words in (("units",), ("changes", "HEAD~1"), ("graph",), ("show", ODD)):
        spoken = world.spoken(*words)
        assert "\x1b[31m" not in spoken
        assert "[bold]" in spoken
