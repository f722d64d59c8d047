"""Evaluates a body against the table of the language.

1. Each attribute and block is looked up in the body's rule; what is not there is a problem with its place.
2. Attributes are evaluated, one by one, so that one that fails hides no other, and converted to the rule's form.
3. The result is a branch: attributes by name, blocks with a label as `type → label → body`, others as `type → body`.

An attribute that is null counts as not written, except in `open` bodies.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from towpath.hcl.convert import ConversionError, kind_name
from towpath.hcl.evaluate import evaluate
from towpath.hcl.scope import Scope
from towpath.hcl.syntax import Attribute, Block, Body, Expression, Literal, Node, Object
from towpath.hcl.values import Unknown, Value, unmark
from towpath.problems import Problem, ProblemError
from towpath.terragrunt.conversion import convert
from towpath.terragrunt.language import AttributeRule, BlockRule, BodyRule, Form
from towpath.terragrunt.session import Session
from towpath.terragrunt.written import Branch, Leaf, Written, as_branch, plain

__all__ = ["Decoder", "written_of"]


@dataclass(frozen=True)
class Decoder:
    """Decodes bodies in one scope; problems go to the session. `prefix` is the path of the body, for messages."""

    session: Session
    scope: Scope

    def body(self, body: Body, rule: BodyRule, owner: Node, prefix: str = "", skip: Collection[str] = ()) -> Branch:
        """The decoded body. `owner` is the node that a missing attribute is reported at; blocks of the types in `skip`
        are left alone.
        """
        items: dict[str, Written] = {}
        for attribute in body.attributes.values():
            written = self._attribute(attribute, rule, prefix)
            if written is not None:
                items[attribute.name] = written
        for block in body.blocks:
            if block.type not in skip:
                self._block(block, rule, prefix, items)
        self._check_required(body, rule, owner, prefix, items)
        return Branch(items, owner)

    def labelled(self, body: Body, rule: BodyRule, kind: str) -> dict[str, Branch]:
        """The blocks of one type, which all have a label, by it."""
        items: dict[str, Written] = {}
        for block in body.blocks_of(kind):
            self._block(block, rule, "", items)
        found = items.get(kind)
        blocks = found.items if isinstance(found, Branch) else {}
        return {label: block for label, block in blocks.items() if isinstance(block, Branch)}

    def _attribute(self, attribute: Attribute, rule: BodyRule, prefix: str) -> Written | None:
        name = f"{prefix}{attribute.name}"
        form = rule.attributes.get(attribute.name) or (AttributeRule(Form.ANY) if rule.open else None)
        if form is None:
            self.session.report(_not_known("attribute", attribute, attribute.name, name, rule))
            return None
        try:
            value = evaluate(attribute.expression, self.scope)
            if value is None and not rule.open:
                return None
            written = written_of(convert(value, form) if value is not None else None, attribute.expression, attribute)
            return written if form.keys is None else self.of_value(written, form.keys, name)
        except ConversionError as error:
            self.session.report(wrong_type(name, str(error), attribute))
        except ProblemError as error:
            self.session.report_error(error, attribute.place)
        return None

    def _block(self, block: Block, rule: BodyRule, prefix: str, items: dict[str, Written]) -> None:
        name = f"{prefix}{block.type}"
        block_rule = rule.blocks.get(block.type)
        if block_rule is None:
            self.session.report(_not_known("block", block, block.type, name, rule))
            return
        if len(block.labels) not in block_rule.labels:
            self.session.report(_wrong_labels(block, block_rule, name))
            return
        before = items.get(block.type)
        if block.labels:
            label = block.labels[0]
            around = as_branch(before) if before else None
            known = around.items if around else {}
            if label in known:
                self.session.report(_twice(block, f'{name} "{label}"'))
                return
            decoded = self.body(block.body, block_rule.body, block, f"{name}.{label}.")
            items[block.type] = Branch({**known, label: decoded}, before.node if before else block)
        elif before is not None:
            self.session.report(_twice(block, name))
        else:
            items[block.type] = self.body(block.body, block_rule.body, block, f"{name}.")

    def _check_required(
        self, body: Body, rule: BodyRule, owner: Node, prefix: str, items: Mapping[str, Written]
    ) -> None:
        for name in rule.required:
            written = body.attributes.get(name)
            if name not in items and (written is None or _is_null(written)):
                self.session.report(_missing(f"{prefix}{name}", owner))

    def of_value(self, written: Written, rule: BodyRule, name: str) -> Written:
        """A block given as the value of an attribute, checked against the block's rule. What is unknown stays as it is;
        what is no object is reported.
        """
        branch = as_branch(written)
        if branch is None:
            bare, _ = unmark(plain(written))
            if not isinstance(bare, Unknown):
                why = f"It must be a map or object, and is {kind_name(bare)}."
                self.session.report(wrong_type(name, why, written.node))
            return written
        items: dict[str, Written] = {}
        for key, item in branch.items.items():
            attribute = rule.attributes.get(key)
            value = plain(item)
            if attribute is None:
                self.session.report(_unknown_key(name, key, rule, item.node))
            elif value is not None:
                self._convert_item(items, f"{name}.{key}", key, item, attribute)
        for key, attribute in rule.attributes.items():
            given = key in branch.items and plain(branch.items[key]) is not None
            if attribute.required and not given and branch.node is not None:
                self.session.report(_missing(f"{name}.{key}", branch.node))
        return Branch(items, branch.node)

    def _convert_item(self, items: dict[str, Written], name: str, key: str, item: Written, rule: AttributeRule) -> None:
        try:
            value = convert(plain(item), rule)
        except ConversionError as error:
            self.session.report(wrong_type(name, str(error), item.node))
            return
        kept = item if isinstance(item, Branch) else Leaf(value, item.node)
        items[key] = kept if rule.keys is None else self.of_value(kept, rule.keys, name)


def written_of(value: Value, expression: Expression, node: Node) -> Written:
    """The value with the places of its keys, as far as they are written as literal objects."""
    if not isinstance(expression, Object) or not isinstance(value, dict):
        return Leaf(value, node)
    items: dict[str, Written] = {key: Leaf(item, node) for key, item in value.items()}
    for item in expression.items:
        if isinstance(item.key, Literal) and (key := str(item.key.value)) in value:
            items[key] = written_of(value[key], item.value, item)
    return Branch(items, node)


def _is_null(attribute: Attribute) -> bool:
    return isinstance(attribute.expression, Literal) and attribute.expression.value is None


def wrong_type(name: str, why: str, node: Node | None) -> Problem:
    detail, place = f"`{name}` does not fit: {why}", node.place if node else None
    return Problem("wrong-type", "A value has the wrong type", detail, place, f"Give `{name}` a value of that type.")


_NOT_KNOWN = {"unknown-attribute": "An attribute is not known", "unknown-block": "A block is not known"}


def _not_known(kind: str, node: Node, written: str, name: str, rule: BodyRule) -> Problem:
    known = rule.attributes if kind == "attribute" else rule.blocks
    other = rule.blocks if kind == "attribute" else rule.attributes
    hint = _did_you_mean(written, known) or "Take it out, or correct its name."
    if written in other:
        hint = f"It is {'a block' if kind == 'attribute' else 'an attribute'}: write it {_form(kind, written)}."
    id_ = f"unknown-{kind}"
    detail = f"The language has no {kind} `{name}`. Nothing is ignored silently, because it may matter."
    return Problem(id_, _NOT_KNOWN[id_], detail, node.place, hint)


def _form(kind: str, name: str) -> str:
    return f"`{name} {{ … }}`" if kind == "attribute" else f"`{name} = …`"


def _unknown_key(name: str, key: str, rule: BodyRule, node: Node | None) -> Problem:
    detail = f"The language has no attribute `{name}.{key}`. Nothing is ignored silently, because it may matter."
    place = node.place if node else None
    hint = _did_you_mean(key, rule.attributes) or f"Known here: {', '.join(sorted(rule.attributes))}."
    return Problem("unknown-attribute", "An attribute is not known", detail, place, hint)


def _did_you_mean(written: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(written, list(known), n=1)
    return f"Did you mean `{near[0]}`?" if near else None


def _wrong_labels(block: Block, rule: BlockRule, name: str) -> Problem:
    takes = " or ".join("no label" if number == 0 else "one label" for number in rule.labels)
    detail = f"A `{name}` block takes {takes}, and here are {len(block.labels)}."
    label = ' "name"' if 1 in rule.labels else ""
    hint = f"Write it as `{block.type}{label} {{ … }}`."
    return Problem("wrong-labels", "A block has the wrong number of labels", detail, block.place, hint)


def _twice(block: Block, name: str) -> Problem:
    detail = f"`{name}` stands twice in this file; only one of them could take effect."
    return Problem("duplicate-block", "A block stands twice", detail, block.place, "Merge the two, or rename one.")


def _missing(name: str, node: Node) -> Problem:
    hint = f"Add `{name.rpartition('.')[2]} = …` to the block."
    return Problem("missing-attribute", "An attribute is missing", f"`{name}` must be given.", node.place, hint)
