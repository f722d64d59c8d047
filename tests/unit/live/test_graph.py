"""The dependency graph's own problems."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from towpath.live.graph import Edge, Node, check_graph
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem


def node(path: str, *targets: str, tier: int = 1, account: str | None = "dev") -> Node:
    edges = tuple(
        Edge(UnitPath(target), Place(f"{path}/terragrunt.hcl", number + 1)) for number, target in enumerate(targets)
    )
    return Node(UnitPath(path), tier, account, f"{path}/terragrunt.hcl", edges)


def check(*nodes: Node, excluded: tuple[str, ...] = ()) -> Mapping[str, tuple[Problem, ...]]:
    known = {node.path: node for node in nodes}
    found = check_graph(known, known, [UnitPath(path) for path in excluded])
    return {str(path): problems for path, problems in found.items()}


def test_a_sound_graph_has_no_problems() -> None:
    assert check(node("a"), node("b", "a"), node("c", "a", "b"), node("d", "a", tier=2)) == {}


def test_a_dependency_on_nothing_names_both_places() -> None:
    (problem,) = check(node("a", "b"))["a"]
    assert (problem.id, problem.unit) == ("dependency-missing", "a")
    assert problem.place == Place("a/terragrunt.hcl", 1)
    assert problem.detail == "a (a/terragrunt.hcl:1) depends on b. There is no unit in b."
    assert problem.hint == "Correct the path: it is relative to the unit's own folder. Or remove the dependency."


def test_a_dependency_on_an_excluded_folder_says_so() -> None:
    (problem,) = check(node("a", "b"), excluded=("b",))["a"]
    assert problem.id == "dependency-missing"
    assert "excluded by units.exclude" in problem.detail
    assert problem.hint == "Take the folder out of units.exclude, or remove the dependency."


def test_a_dependency_on_a_later_tier_names_both_places() -> None:
    found = check(node("dev/app", "prod/db"), node("prod/db", tier=3, account="prod"))
    (problem,) = found["dev/app"]
    assert problem.id == "dependency-later-tier"
    assert problem.place == Place("dev/app/terragrunt.hcl", 1)
    assert "dev/app (account dev, deploy_order 1) at dev/app/terragrunt.hcl:1" in problem.detail
    assert "prod/db (account prod, deploy_order 3) at prod/db/terragrunt.hcl" in problem.detail
    assert problem.hint == "Change the accounts' deploy_order, or remove the dependency."
    assert check(node("prod/db", "dev/app", tier=3), node("dev/app")) == {}


def test_a_cycle_is_one_problem_that_shows_it() -> None:
    found = check(node("c", "a"), node("a", "b"), node("b", "c"), node("d", "a"))
    assert set(found) == {"a", "b", "c"}
    (problem,) = {problem for problems in found.values() for problem in problems}
    assert (problem.id, problem.unit) == ("dependency-cycle", "a")
    assert problem.detail.startswith("a → b → c → a:")
    assert problem.place == Place("a/terragrunt.hcl", 1)
    assert problem.hint == "Take one of these dependencies away, or move what both need into a unit of its own."


def test_a_unit_that_depends_on_itself() -> None:
    (problem,) = check(node("a", "a"))["a"]
    assert problem.detail.startswith("a → a:")


def test_every_unit_in_any_circle_is_told() -> None:
    found = check(node("a", "b", "c"), node("b", "a"), node("c", "a"), node("x", "y"), node("y", "x"))
    assert set(found) == {"a", "b", "c", "x", "y"}
    details = {problem.detail.partition(":")[0] for problems in found.values() for problem in problems}
    assert details == {"a → b → a", "a → c → a", "x → y → x"}


def test_edges_of_units_nobody_asked_for_do_not_count() -> None:
    asked, other = node("a", "b"), node("b", "nowhere")
    assert check_graph({asked.path: asked}, {asked.path: asked, other.path: other}, ()) == {}


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
def test_a_cycle_is_told_just_when_there_is_no_order(edges: list[tuple[int, int]]) -> None:
    targets = {number: {target for source, target in edges if source == number} for number in range(7)}
    found = check(*(node(str(number), *map(str, sorted(targets[number]))) for number in range(7)))
    done: set[int] = set()
    while ready := [number for number in targets if number not in done and targets[number] <= done]:
        done.update(ready)
    assert bool(found) == (len(done) < 7)
