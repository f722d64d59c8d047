"""Configurations made of random pieces of the language, some of them nonsense: whatever they are, evaluating them ends,
raises nothing, and says where everything is that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from terragrunt_repositories import evaluation_of

from towpath.terragrunt.language import CONFIGURATION, AttributeRule, BlockRule, BodyRule, Form

NAMES = ("a", "b", "root", "vpc")
ATOMS = (
    *("null", "true", "-1", "1.5", '""', '"x"', "[]", "{}", '["plan", "echo"]', '{ a = 1, "b c" = [1] }'),
    *("local.a", "local.b.c", "local", "include.root.locals.a", "include.root.inputs", "include", "feature.a.value"),
    *("dependency.vpc.outputs.id", "dependency.vpc.outputs", "dependency", "values.a", "absent.a", "each.key"),
    *('get_env("A")', 'get_env("LISTED", "x")', 'run_cmd("x")', "get_aws_account_id()", "get_repo_root()"),
    *("path_relative_to_include()", 'path_relative_from_include("root")', "find_in_parent_folders()"),
    *('find_in_parent_folders("root.hcl")', 'find_in_parent_folders("no", "root.hcl")', "get_working_dir()"),
    *('read_terragrunt_config("../../root.hcl")', 'read_terragrunt_config("terragrunt.hcl", {}).locals.a'),
    *(
        'read_tfvars_file("a.tfvars")',
        'sops_decrypt_file("a.tfvars")',
        'mark_glob_as_read("**/*")',
        "deep_merge({}, 1)",
    ),
    *('file("a.tfvars")', 'fileset(".", "{**")', 'constraint_check("1", ">= x")', "no_such_function(1)", "uuid()"),
    *('"../vpc"', '"../../root.hcl"', '"../../../x"', '"terragrunt.hcl"', '"."', '"overwrite"', '"deep"', '"no_merge"'),
)
EXPRESSIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"[{pair[0]}, {pair[1]}]"),
        st.tuples(inner, inner).map(lambda pair: f"{{ a = {pair[0]}, b = {pair[1]} }}"),
        st.tuples(inner, inner).map(lambda pair: f"merge({pair[0]}, {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"try({pair[0]}, {pair[1]})"),
        st.tuples(inner, inner, inner).map(lambda three: f"{three[0]} == {three[1]} ? {three[2]} : null"),
        inner.map(lambda one: f'"${{{one}}}/x"'),
        inner.map(lambda one: f"{one}.a"),
        inner.map(lambda one: f"[for k, v in {one} : v]"),
        inner.map(lambda one: f"sensitive({one})"),
    ),
    max_leaves=5,
)
LABELS = st.sampled_from(["", "", *(f'"{name}"' for name in NAMES), '"a" "b"'])


FITTING = {
    Form.TEXT: st.sampled_from(['"../vpc"', '"x"', 'get_env("A")', 'get_env("LISTED")', "get_repo_root()"]),
    Form.FILLED: st.sampled_from(['"../../root.hcl"', '"x"', 'find_in_parent_folders("root.hcl")']),
    Form.BOOL: st.sampled_from(["true", "false", '"true"', "local.a", 'get_env("A")']),
    Form.WHOLE: st.sampled_from(["1", "3", '"5"']),
    Form.TEXTS: st.sampled_from(['["plan"]', "[]", '["../vpc", "../b"]', '[get_env("A")]', "dependency.vpc.outputs.l"]),
    Form.COMMAND: st.sampled_from(['["echo", "x"]', '[get_env("A")]']),
    Form.TEXT_MAP: st.sampled_from(["{}", '{ A = "x", B = 1 }']),
    Form.MAP: st.sampled_from(["{}", "{ a = 1, b = { c = [1] } }", "dependency.vpc.outputs", 'sensitive({ a = "x" })']),
    Form.ANY: EXPRESSIONS,
}


def value(rule: AttributeRule) -> st.SearchStrategy[str]:
    """Mostly what the rule asks for, and now and then anything."""
    fitting = FITTING[rule.form]
    if rule.keys is not None:
        fitting = attributes(rule.keys).map(lambda inner: f"{{\n{inner}\n}}")
    if rule.choices:
        fitting = st.sampled_from([f'"{choice}"' for choice in rule.choices])
    return st.one_of(fitting, fitting, fitting, EXPRESSIONS)


def attributes(rule: BodyRule) -> st.SearchStrategy[str]:
    """Each once, those that must be given nearly always; now and then one that nobody knows."""
    known = {name: value(attribute) for name, attribute in rule.attributes.items()}
    if rule.open:
        known = dict.fromkeys(NAMES, EXPRESSIONS)
    needed = {name: known.pop(name) for name, attribute in rule.attributes.items() if attribute.required}
    written = st.fixed_dictionaries(needed, optional=known)
    if len(known) > 3:
        written = st.tuples(written, st.sets(st.sampled_from(sorted(known)), max_size=3)).map(
            lambda drawn: {name: text for name, text in drawn[0].items() if name in needed or name in drawn[1]}
        )
    lines = written.map(lambda entries: [f"{name} = {text}" for name, text in entries.items()])
    nonsense = st.sampled_from([*([""] * 12), "nonsense = 1", "source = local.a", "source = local.a\nsource = 1"])
    return st.tuples(lines, nonsense).map(lambda parts: "\n".join([*parts[0], parts[1]]))


def body(rule: BodyRule) -> st.SearchStrategy[str]:
    blocks = [block(kind, inner) for kind, inner in rule.blocks.items()]
    inner = st.lists(st.one_of(blocks), max_size=4).map("\n".join) if blocks else st.just("")
    return st.tuples(attributes(rule), inner).map("\n".join)


def block(kind: str, rule: BlockRule) -> st.SearchStrategy[str]:
    fitting = st.sampled_from([f'"{name}"' for name in NAMES]) if 1 in rule.labels else st.just("")
    label = st.one_of(*[fitting] * 9, LABELS)
    return st.tuples(label, body(rule.body)).map(lambda parts: f"{kind} {parts[0]} {{\n{parts[1]}\n}}")


CONFIGURATIONS = body(CONFIGURATION)
INCLUDES = st.sampled_from(
    [
        "",
        'include "root" { path = find_in_parent_folders("root.hcl") }\n',
        'include "root" {\n  path = "../../root.hcl"\n  expose = true\n  merge_strategy = "deep"\n}\n',
        'include {\n  path = find_in_parent_folders("root.hcl")\n  expose = true\n}\n',
        'include "root" {\n  path = "../../root.hcl"\n  expose = true\n  merge_strategy = "no_merge"\n}\n',
    ]
)


def evaluated(files: Mapping[str, str]) -> None:
    evaluation = evaluation_of(files, environment={"LISTED": "y"})
    assert (evaluation.config is None) == any(problem.is_error for problem in evaluation.problems)
    assert evaluation.reads <= files.keys()
    for problem in evaluation.problems:
        assert problem.place is not None
        assert problem.place.file in files
        assert problem.detail
    if evaluation.config is not None:
        evaluation.config.unknowns()
        dict(evaluation.config.provenance)


@given(CONFIGURATIONS, INCLUDES, CONFIGURATIONS)
@settings(max_examples=100, deadline=timedelta(seconds=20))
@example("", 'include "root" { path = find_in_parent_folders("root.hcl") }\n', 'include { path = "terragrunt.hcl" }')
def test_anything_made_of_pieces_of_the_language_is_evaluated_or_refused(root: str, include: str, unit: str) -> None:
    evaluated(
        {
            "root.hcl": root,
            "dev/vpc/terragrunt.hcl": root,
            "dev/app/terragrunt.hcl": include + unit,
            "dev/app/terragrunt.values.hcl": "a = 1\n",
            "dev/app/a.tfvars": "a = 1\n",
        }
    )
