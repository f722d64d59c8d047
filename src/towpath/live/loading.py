"""From a tree to a live repository."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from towpath.config import ACCOUNT_FILES, Loaded, TowpathConfig, load_accounts, load_config
from towpath.git import Tree
from towpath.live.assembly import Assembly, configuration_of
from towpath.live.candidates import Verdict, judge
from towpath.live.discovery import Discovery, discover, folder_of
from towpath.live.files import evaluation_files
from towpath.live.graph import Edge, Node, check_graph
from towpath.live.modules import Modules
from towpath.live.placement import Placer
from towpath.live.settings import CONFIG_FILE, check_settings
from towpath.live.tokens import ContentHashes
from towpath.live.units import Live, Unit, UnitKind
from towpath.model.paths import UnitPath
from towpath.problems import Problem, ProblemError
from towpath.terragrunt import Evaluation, HermeticOutside, ParseCache, evaluate_unit

__all__ = ["CONFIG_FILE", "load_live"]


Evaluations = Mapping[UnitPath, Evaluation]


def load_live(
    tree: Tree,
    cache: ParseCache,
    environment: Mapping[str, str],
    only: Collection[UnitPath] | None = None,
    hashes: ContentHashes | None = None,
) -> Live:
    """Reads the live repository at the tree's commit. Nothing is run.

    `environment` is this process's; only the variables that `towpath.yml` lists are looked at. With `only`, just these
    units are evaluated and returned. `cache` and `hashes` carry what was learnt of files from commit to commit.
    """
    config = load_config(_read(tree, CONFIG_FILE), CONFIG_FILE)
    accounts = load_accounts(lambda file: _read(tree, file), config)
    found = discover(tree, config)
    evaluations = dict(_evaluate(tree, found, config, cache, environment, only))
    verdicts = _judge(tree, found, evaluations)
    folders = [path for path in found.candidates if verdicts.get(path, True) is True]
    placer = Placer(config.value, accounts)
    assembly = Assembly(tree, placer, Modules(tree, hashes or ContentHashes()), folders, (CONFIG_FILE, *ACCOUNT_FILES))
    units = {
        path: assembly.unit(path, found.candidates[path], evaluations[path]) for path in folders if path in evaluations
    }
    nodes = {path: _node(path, found.candidates[path], placer, evaluations.get(path)) for path in folders}
    wrong = check_graph({path: nodes[path] for path in units}, nodes, found.excluded)
    units = {path: _with_problems(unit, wrong.get(path, ())) for path, unit in units.items()}
    general = (
        *config.problems,
        *accounts.problems,
        *found.problems,
        *check_settings(tree, config, accounts, found),
        *(verdict for verdict in verdicts.values() if isinstance(verdict, Problem)),
    )
    problems = chain(general, *(unit.problems for unit in units.values()))
    blobs = {path: entry.blob for path, entry in tree.entries().items()}
    return Live(tree.commit, config.value, units, accounts.by_name, tuple(dict.fromkeys(problems)), blobs)


def _read(tree: Tree, file: str) -> bytes | None:
    try:
        return tree.read(file)
    except ProblemError:
        # A link that leads out of the repository names no file of the commit.
        return None


def _evaluate(
    tree: Tree,
    found: Discovery,
    config: Loaded[TowpathConfig],
    cache: ParseCache,
    environment: Mapping[str, str],
    only: Collection[UnitPath] | None,
) -> Iterator[tuple[UnitPath, Evaluation]]:
    files = evaluation_files(tree)
    names = config.value.environment
    outside = HermeticOutside({name: environment[name] for name in names if name in environment})
    for path, kind in found.candidates.items():
        if only is not None and path not in only:
            continue
        if kind is UnitKind.TERRAFORM:
            yield path, _declared(path, config)
            continue
        try:
            yield path, evaluate_unit(path, files, outside, cache)
        except ProblemError as error:
            yield path, Evaluation(None, frozenset(), error.problems, ())


def _declared(path: UnitPath, config: Loaded[TowpathConfig]) -> Evaluation:
    """What is known of a plain Terraform root module: what `towpath.yml` says comes before it."""
    targets = config.value.units.dependencies.get(path, ())
    edges = tuple(
        (UnitPath(target), config.place("units", "dependencies", path, number)) for number, target in enumerate(targets)
    )
    return Evaluation(None, frozenset(), (), edges)


def _judge(tree: Tree, found: Discovery, evaluations: Evaluations) -> Mapping[UnitPath, Verdict]:
    """Which of the evaluated folders with a `terragrunt.hcl` are units."""
    read_by_others = {
        file for path, evaluation in evaluations.items() for file in evaluation.reads if file != configuration_of(path)
    }
    verdicts: dict[UnitPath, Verdict] = {}
    for path, evaluation in evaluations.items():
        if found.candidates[path] is UnitKind.TERRAGRUNT:
            file = configuration_of(path)
            verdicts[path] = judge(
                evaluation,
                _read(tree, file) or b"",
                file,
                holds_terraform=folder_of(path) in found.modules,
                is_included=file in read_by_others,
            )
    return verdicts


def _node(path: UnitPath, kind: UnitKind, placer: Placer, evaluation: Evaluation | None) -> Node:
    placement = placer.place(path)
    edges = tuple(Edge(target, place) for target, place in evaluation.dependency_paths) if evaluation else ()
    account = placement.account.name if placement.account else None
    file = configuration_of(path) if kind is UnitKind.TERRAGRUNT else folder_of(path)
    return Node(path, placement.tier, account, file, edges)


def _with_problems(unit: Unit, problems: tuple[Problem, ...]) -> Unit:
    return replace(unit, problems=(*unit.problems, *problems)) if problems else unit
