"""Functions that ask the outside world, and those that speak of the commands of the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Literal

from towpath.hcl.computation import computed
from towpath.hcl.functions.kinds import STRING, WHOLE
from towpath.hcl.functions.registry import ArgumentError, Defined, define, table
from towpath.hcl.scope import Call
from towpath.hcl.values import Sensitive, Value
from towpath.problems import Problem, ProblemError
from towpath.terragrunt.outside import Command, Outside
from towpath.terragrunt.paths import OutsideRepositoryError, to_repository
from towpath.terragrunt.session import MISSING_FILE_HINT, Context, context_of

__all__ = ["OUTSIDE_FUNCTIONS"]

_QUIET = "--terragrunt-quiet"
_GLOBAL = "--terragrunt-global-cache"
_NO_CACHE = "--terragrunt-no-cache"

_LOCKING = ("apply", "destroy", "import", "plan", "refresh", "taint", "untaint")
_VARS = ("apply", "console", "destroy", "import", "plan", "push", "refresh")
_INPUT = ("apply", "import", "init", "plan", "refresh")
_PARALLELISM = ("apply", "plan", "destroy")

_RETRYABLE = (
    r"(?s).*Failed to load state.*tcp.*timeout.*",
    r"(?s).*Failed to load backend.*TLS handshake timeout.*",
    r"(?s).*Error installing provider.*(?:timeout|reset by peer|TLS handshake).*",
    r"(?s).*Could not download module.*(?:timeout|reset by peer|connection).*",
    r"(?s).*Error configuring the backend.*(?:TLS handshake timeout|timeout).*",
    r"(?s).*(?:429 Too Many Requests|ssh_exchange_identification.*Connection closed by remote host).*",
    r"(?s).*(?:NoSuchBucket: The specified bucket does not exist).*",
    r"(?s).*Client\.Timeout exceeded while awaiting headers.*",
    r"(?s).*Error creating SSM parameter: TooManyUpdates.*",
    r"(?s).*Creating metric alarm failed.*request to update this alarm is in progress.*",
)
"""Errors that pass by themselves: of fetching, of connecting, of two changes to one thing at once."""


def _outside(call: Call) -> Outside:
    return context_of(call).session.outside


def _get_env(call: Call, name: str, *default: str) -> Value:
    if not name:
        raise ArgumentError("The name of the variable is empty.")
    return _outside(call).env(name, default[0] if default else None, call)


def _run_cmd(call: Call, *arguments: str) -> Value:
    """Terragrunt's own flags come first; `--terragrunt-quiet` keeps what is printed from being shown, the others say
    whether it may be given again.
    """
    words = list(arguments)
    flags = set()
    while words and words[0] in (_QUIET, _GLOBAL, _NO_CACHE):
        flags.add(words.pop(0))
    if {_GLOBAL, _NO_CACHE} <= flags:
        raise ArgumentError(f"{_GLOBAL} and {_NO_CACHE} exclude each other.")
    if not words:
        raise ArgumentError("There is no command to run.")
    context = context_of(call)
    reuse: Literal["in its folder", "anywhere", "never"] = "anywhere" if _GLOBAL in flags else "in its folder"
    command = Command(tuple(words), context.absolute(context.folder), "never" if _NO_CACHE in flags else reuse)
    asked = context.session.outside.run_cmd(command, call)
    printed = computed(asked, "run_cmd", *_digests(context, words))
    return Sensitive(printed) if _QUIET in flags and not isinstance(printed, Sensitive) else printed


def _sops_decrypt_file(call: Call, path: str) -> Value:
    context = context_of(call)
    inside = context.inside(path, call)
    content = context.session.files.read(inside)
    if content is None:
        raise ProblemError(
            Problem("file-not-found", "A file is not there", f'There is no "{inside}".', call.place, MISSING_FILE_HINT)
        )
    return computed(context.session.outside.sops(inside, call), "sops", *_digests(context, (path,)))


def _digests(context: Context, words: Iterable[str]) -> Iterator[str]:
    """The contents of the commit's files that a call's words name: of the script that it runs, of what that is to
    read, of what is encrypted. They are read as far as comparing commits goes.
    """
    for word in words:
        with suppress(OutsideRepositoryError, ProblemError):
            inside = to_repository(context.root, context.folder, word)
            content = context.session.files.read(inside)
            if content is not None:
                context.session.reads.add(inside)
                yield hashlib.sha256(content).hexdigest()


def _bcrypt(call: Call, text: str, *cost: int) -> Value:
    return _outside(call).bcrypt(text, cost[0] if cost else None, call)


def _pathexpand(call: Call, path: str) -> Value:
    """Terraform's, with the home folder that the outside knows."""
    if not path.startswith("~"):
        return path
    if path != "~" and not path.startswith("~/"):
        raise ArgumentError("Only the home folder of the user who runs can stand for a tilde.")
    home = _outside(call).home(call)
    return f"{home}{path[1:]}" if isinstance(home, str) else home


def _aws(name: str, what: str) -> Defined:
    def ask(call: Call) -> Value:
        return _outside(call).aws(what, call)

    return define(f"{name}()", run=ask, wants_call=True)


def _constant(name: str, value: Value) -> Defined:
    return define(f"{name}()", run=lambda: value)


def _asked(name: str, ask: Callable[[Outside, Call], Value]) -> Defined:
    return define(f"{name}()", run=lambda call: ask(_outside(call), call), wants_call=True)


OUTSIDE_FUNCTIONS = table(
    (
        define("get_env(name, default...)", STRING, STRING, run=_get_env, least=1, most=2, wants_call=True),
        define("run_cmd(command...)", STRING, run=_run_cmd, least=1, wants_call=True),
        define("sops_decrypt_file(path)", STRING, run=_sops_decrypt_file, wants_call=True),
        _aws("get_aws_account_id", "account_id"),
        _aws("get_aws_account_alias", "account_alias"),
        _aws("get_aws_caller_identity_arn", "caller_identity_arn"),
        _aws("get_aws_caller_identity_user_id", "caller_identity_user_id"),
        define("bcrypt(text, cost...)", STRING, WHOLE, run=_bcrypt, least=1, most=2, wants_call=True),
        define("pathexpand(path)", STRING, run=_pathexpand, wants_call=True),
        _asked("timestamp", lambda outside, call: outside.timestamp(call)),
        _asked("plantimestamp", lambda outside, call: outside.timestamp(call)),
        _asked("uuid", lambda outside, call: outside.uuid(call)),
        _asked("get_working_dir", lambda outside, call: outside.working_dir(call)),
        _asked("get_platform", lambda outside, call: outside.platform(call)),
        _asked("get_terraform_command", lambda outside, call: outside.terraform_command(call)),
        _asked("get_terraform_cli_args", lambda outside, call: outside.terraform_cli_args(call)),
        _constant("get_terraform_commands_that_need_vars", _VARS),
        _constant("get_terraform_commands_that_need_input", _INPUT),
        _constant("get_terraform_commands_that_need_locking", _LOCKING),
        _constant("get_terraform_commands_that_need_parallelism", _PARALLELISM),
        _constant("get_default_retryable_errors", _RETRYABLE),
        # There is no such flag here; without it Terragrunt gives an empty string.
        _constant("get_terragrunt_source_cli_flag", ""),
    )
)
