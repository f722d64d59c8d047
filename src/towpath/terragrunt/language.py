"""Which blocks and attributes a configuration may have, as a table. What is not in it is a problem, never ignored.

Follows Terragrunt's reference of blocks and attributes, as of 1.x. Attributes that 1.0 took away and live repositories
still hold (`skip`, `retryable_errors` and their like) are accepted as well. What Terragrunt marks as experimental is
not in it, except where it changes nothing that Towpath does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

__all__ = [
    "CONFIGURATION",
    "DEPENDENCY",
    "FEATURE",
    "GENERATE",
    "IF_EXISTS",
    "INCLUDE",
    "STACK",
    "STACK_COMPONENT",
    "STACK_INCLUDE",
    "AttributeRule",
    "BlockRule",
    "BodyRule",
    "Form",
]


class Form(Enum):
    """What an attribute's value must be, or be convertible to."""

    TEXT = "a string"
    FILLED = "a string that is not empty"
    BOOL = "a bool"
    WHOLE = "a whole number"
    TEXTS = "a list of strings"
    COMMAND = "a list of strings that begins with a command"
    TEXT_MAP = "a map of strings"
    MAP = "a map or object"
    ANY = "any value"


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """`choices` are the only values allowed, where there are any; `least` is the smallest number; `keys` says what the
    keys of a map must be, where they are not free.
    """

    form: Form
    required: bool = False
    choices: tuple[str, ...] = ()
    least: int | None = None
    keys: BodyRule | None = None


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What may stand in a body. `open`: attributes of any name may."""

    attributes: Mapping[str, AttributeRule] = field(default_factory=dict)
    blocks: Mapping[str, BlockRule] = field(default_factory=dict)
    open: bool = False
    required: tuple[str, ...] = field(init=False)
    """The attributes that must be given."""

    def __post_init__(self) -> None:
        required = tuple(name for name, rule in self.attributes.items() if rule.required)
        object.__setattr__(self, "required", required)


@dataclass(frozen=True, slots=True)
class BlockRule:
    """`labels` are the numbers of labels allowed. A block without a label may stand once, others once per label."""

    body: BodyRule
    labels: tuple[int, ...] = (0,)


def _required(form: Form) -> AttributeRule:
    return AttributeRule(form, required=True)


_TEXT = AttributeRule(Form.TEXT)
_BOOL = AttributeRule(Form.BOOL)
_WHOLE = AttributeRule(Form.WHOLE)
_TEXTS = AttributeRule(Form.TEXTS)
_MAP = AttributeRule(Form.MAP)
_ANY = AttributeRule(Form.ANY)

_HOOK = {
    "commands": _required(Form.TEXTS),
    "execute": _required(Form.COMMAND),
    "working_dir": _TEXT,
    "suppress_stdout": _BOOL,
}
_RUN_HOOK = BlockRule(BodyRule({**_HOOK, "run_on_error": _BOOL, "if": _BOOL}), (1,))
_ERROR_HOOK = BlockRule(BodyRule({**_HOOK, "on_errors": _required(Form.TEXTS)}), (1,))

_EXTRA_ARGUMENTS = BlockRule(
    BodyRule(
        {
            "commands": _required(Form.TEXTS),
            "arguments": _TEXTS,
            "required_var_files": _TEXTS,
            "optional_var_files": _TEXTS,
            "env_vars": AttributeRule(Form.TEXT_MAP),
        }
    ),
    (1,),
)

_TERRAFORM = BlockRule(
    BodyRule(
        {
            "source": _TEXT,
            "include_in_copy": _TEXTS,
            "exclude_from_copy": _TEXTS,
            "copy_terraform_lock_file": _BOOL,
            "mutable": _BOOL,
        },
        {
            "extra_arguments": _EXTRA_ARGUMENTS,
            "before_hook": _RUN_HOOK,
            "after_hook": _RUN_HOOK,
            "error_hook": _ERROR_HOOK,
        },
    )
)

IF_EXISTS = ("overwrite", "overwrite_terragrunt", "skip", "error")
_IF_EXISTS = AttributeRule(Form.TEXT, required=True, choices=IF_EXISTS)

_BACKEND_FILE = BodyRule({"path": _required(Form.FILLED), "if_exists": _IF_EXISTS})

_REMOTE_STATE = BodyRule(
    {
        "backend": _required(Form.FILLED),
        "config": _MAP,
        "generate": AttributeRule(Form.MAP, keys=_BACKEND_FILE),
        "disable_init": _BOOL,
        "disable_dependency_optimization": _BOOL,
        "encryption": _MAP,
    }
)

GENERATE = BodyRule(
    {
        "path": _required(Form.FILLED),
        "contents": _required(Form.TEXT),
        "if_exists": _IF_EXISTS,
        "if_disabled": AttributeRule(Form.TEXT, choices=("remove", "remove_terragrunt", "skip")),
        "comment_prefix": _TEXT,
        "disable_signature": _BOOL,
        "disable": _BOOL,
        "hcl_fmt": _BOOL,
        "mutable": _BOOL,
    }
)

DEPENDENCY = BodyRule(
    {
        "config_path": _required(Form.TEXT),
        "enabled": _BOOL,
        "skip_outputs": _BOOL,
        "mock_outputs": _MAP,
        "mock_outputs_allowed_terraform_commands": _TEXTS,
        "mock_outputs_merge_with_state": _BOOL,
        "mock_outputs_merge_strategy_with_state": AttributeRule(
            Form.TEXT, choices=("no_merge", "shallow", "deep_map_only")
        ),
    }
)

INCLUDE = BodyRule(
    {
        "path": _required(Form.FILLED),
        "expose": _BOOL,
        "merge_strategy": AttributeRule(Form.TEXT, choices=("no_merge", "shallow", "deep")),
    }
)

FEATURE = BodyRule({"default": _required(Form.ANY)})

_RETRY = BlockRule(
    BodyRule(
        {
            "retryable_errors": _required(Form.TEXTS),
            "max_attempts": AttributeRule(Form.WHOLE, required=True, least=1),
            "sleep_interval_sec": AttributeRule(Form.WHOLE, required=True, least=0),
        }
    ),
    (1,),
)
_IGNORE = BlockRule(
    BodyRule({"ignorable_errors": _required(Form.TEXTS), "message": _TEXT, "signals": _MAP}),
    (1,),
)

CONFIGURATION = BodyRule(
    attributes={
        "inputs": _MAP,
        "download_dir": _TEXT,
        "prevent_destroy": _BOOL,
        "iam_role": _TEXT,
        "iam_assume_role_duration": _WHOLE,
        "iam_assume_role_session_name": _TEXT,
        "iam_web_identity_token": _TEXT,
        "terraform_binary": _TEXT,
        "terraform_version_constraint": _TEXT,
        "terragrunt_version_constraint": _TEXT,
        "remote_state": AttributeRule(Form.MAP, keys=_REMOTE_STATE),
        "generate": _MAP,
        "skip": _BOOL,
        "retryable_errors": _TEXTS,
        "retry_max_attempts": AttributeRule(Form.WHOLE, least=1),
        "retry_sleep_interval_sec": AttributeRule(Form.WHOLE, least=0),
    },
    blocks={
        "include": BlockRule(INCLUDE, (0, 1)),
        "locals": BlockRule(BodyRule(open=True)),
        "feature": BlockRule(FEATURE, (1,)),
        "dependency": BlockRule(DEPENDENCY, (1,)),
        "dependencies": BlockRule(BodyRule({"paths": _required(Form.TEXTS)})),
        "terraform": _TERRAFORM,
        "remote_state": BlockRule(_REMOTE_STATE),
        "generate": BlockRule(GENERATE, (1,)),
        "exclude": BlockRule(
            BodyRule(
                {
                    "if": _required(Form.BOOL),
                    "actions": _required(Form.TEXTS),
                    "exclude_dependencies": _BOOL,
                    "no_run": _BOOL,
                }
            )
        ),
        "errors": BlockRule(BodyRule(blocks={"retry": _RETRY, "ignore": _IGNORE})),
        "engine": BlockRule(BodyRule({"source": _required(Form.TEXT), "version": _TEXT, "type": _TEXT, "meta": _ANY})),
        "catalog": BlockRule(
            BodyRule({"urls": _required(Form.TEXTS), "default_template": _TEXT, "no_shell": _BOOL, "no_hooks": _BOOL})
        ),
    },
)

STACK_COMPONENT = BodyRule(
    {
        "source": _required(Form.TEXT),
        "path": _required(Form.TEXT),
        "values": _MAP,
        "no_dot_terragrunt_stack": _BOOL,
        "no_validation": _BOOL,
        "mutable": _BOOL,
    }
)
"""A `unit` or a `stack`."""

STACK_INCLUDE = BodyRule({"path": _required(Form.TEXT)})

STACK = BodyRule(
    blocks={
        "locals": BlockRule(BodyRule(open=True)),
        "include": BlockRule(STACK_INCLUDE, (1,)),
        "unit": BlockRule(STACK_COMPONENT, (1,)),
        "stack": BlockRule(STACK_COMPONENT, (1,)),
    }
)
"""What stands in a `terragrunt.stack.hcl`."""
