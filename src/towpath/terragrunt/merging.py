"""Merges the body of an included file under the body of the file that includes it.

Of most things the child's replaces the parent's, `exclude` and `remote_state` among them. What differs:

1. `inputs` are merged key by key: at the top alone (`shallow`), or at every depth with lists put together (`deep`).
2. `terraform` is merged attribute by attribute; its hooks and extra arguments by name, the parent's first. With `deep`
   the lists of files to copy are put together.
3. `generate` is merged by name; `dependencies` puts the paths together, with either strategy.
4. A string of the configuration itself that is empty in the child, such as `iam_role`, does not hide the parent's.
5. With `deep`, `errors` and `engine` are merged at every depth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from towpath.hcl.values import unmark
from towpath.terragrunt.written import Branch, Written, as_branch, deep_merge, plain, shallow_merge

__all__ = ["TEXTS", "merge_bodies", "merge_dependencies"]

_Merge = Callable[[Written, Written], Written]

TEXTS = (
    "terraform_binary",
    "terraform_version_constraint",
    "terragrunt_version_constraint",
    "download_dir",
    "iam_role",
    "iam_assume_role_session_name",
    "iam_web_identity_token",
)
"""The strings of a configuration; one that is empty counts as not given."""

_COPY_LISTS = ("include_in_copy", "exclude_from_copy")


def merge_bodies(parent: Branch, child: Branch, *, deep: bool) -> Branch:
    """The child's body over the parent's."""
    merges = _DEEP if deep else _SHALLOW
    items = dict(parent.items)
    for name, above in child.items.items():
        below = items.get(name)
        merge = merges.get(name)
        items[name] = above if below is None or merge is None else merge(below, above)
    return Branch(items, child.node)


def merge_dependencies(
    parent: Mapping[str, Branch], child: Mapping[str, Branch], *, deep: bool
) -> Mapping[str, Branch]:
    """The child's `dependency` blocks over the parent's, by name. A `config_path` that is empty is not given."""
    merged = dict(parent)
    for name, above in child.items():
        below = merged.get(name)
        merged[name] = _merge_dependency(below, above) if deep and below is not None else above
    return merged


def _merge_dependency(parent: Branch, child: Branch) -> Branch:
    given = {key: item for key, item in child.items.items() if key != "config_path" or plain(item) != ""}
    merged = deep_merge(parent, Branch(given, child.node))
    return merged if isinstance(merged, Branch) else child


def _terraform(deep: bool) -> _Merge:
    def merged(below: Written, above: Written) -> Written:
        lower, upper = as_branch(below), as_branch(above)
        if lower is None or upper is None:
            return above
        items = dict(lower.items)
        for name, item in upper.items.items():
            by_name = isinstance(item, Branch)
            together = deep and name in _COPY_LISTS
            if name in items and by_name:
                items[name] = shallow_merge(items[name], item)
            elif name in items and together:
                items[name] = deep_merge(items[name], item)
            else:
                items[name] = item
        return Branch(items, upper.node)

    return merged


def _if_filled(below: Written, above: Written) -> Written:
    return below if unmark(plain(above))[0] == "" else above


_EVER: Mapping[str, _Merge] = MappingProxyType(dict.fromkeys(TEXTS, _if_filled))

_SHALLOW: Mapping[str, _Merge] = MappingProxyType(
    {
        **_EVER,
        "inputs": shallow_merge,
        "terraform": _terraform(deep=False),
        "generate": shallow_merge,
        "dependencies": deep_merge,
    }
)
_DEEP: Mapping[str, _Merge] = MappingProxyType(
    {
        **_EVER,
        "inputs": deep_merge,
        "terraform": _terraform(deep=True),
        "generate": shallow_merge,
        "dependencies": deep_merge,
        "errors": deep_merge,
        "engine": deep_merge,
    }
)
