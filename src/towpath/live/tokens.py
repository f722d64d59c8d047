"""Hashes of files in which comments and layout do not count.

HCL files are hashed as their tokens; texts and heredocs count as a whole, with every blank in them. Terraform's JSON
files are hashed as the data they hold. All other files, and whatever cannot be read, are hashed by their bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Final

import tree_sitter
import tree_sitter_hcl

from towpath.git import Entry

__all__ = ["ContentHashes"]

_HCL: Final = (".hcl", ".tf", ".tofu", ".tfvars")
_JSON: Final = (".tf.json", ".tofu.json", ".tfvars.json")
_WHOLE: Final = frozenset(["quoted_template", "string_lit", "heredoc_template"])
_LARGEST: Final = 1024 * 1024


class ContentHashes:
    """Hashes by blob id and kind of file, shared across units and commits."""

    def __init__(self) -> None:
        self._parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
        self._known: dict[tuple[str, str], str] = {}

    def of(self, entry: Entry, read: Callable[[], bytes | None]) -> str:
        """The hash of a file; `read` is called only for files whose layout does not count."""
        kind = _kind(entry.path)
        if not kind:
            return _with_mode(entry.blob, entry)
        key = (entry.blob, kind)
        if key not in self._known:
            content = read()
            normal = None if content is None or len(content) > _LARGEST else self._normal(content, kind)
            self._known[key] = entry.blob if normal is None else hashlib.sha256(normal).hexdigest()
        return _with_mode(self._known[key], entry)

    def _normal(self, content: bytes, kind: str) -> bytes | None:
        """The content without what does not count, None when it cannot be read."""
        if kind == "json":
            return _normal_json(content)
        root = self._parser.parse(content).root_node
        if root.has_error:
            return None
        return b"".join(b"%d:%s" % (len(token), token) for token in _tokens(root, content))


def _kind(path: str) -> str:
    if path.endswith(_JSON):
        return "json"
    return "hcl" if path.endswith(_HCL) else ""


def _with_mode(digest: str, entry: Entry) -> str:
    return f"{digest} executable" if entry.is_executable else digest


def _normal_json(content: bytes) -> bytes | None:
    try:
        return json.dumps(json.loads(content), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return None


def _tokens(root: tree_sitter.Node, content: bytes) -> Iterator[bytes]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "comment" or node.start_byte == node.end_byte:
            continue
        if node.child_count == 0 or node.type in _WHOLE:
            yield content[node.start_byte : node.end_byte]
        else:
            waiting.extend(reversed(node.children))
