"""Symbolic links: where they may point."""

from __future__ import annotations

from towpath.problems import Place, Problem

__all__ = ["LINK_LOOP", "leaves_repository", "link_leaves", "link_loop"]

LINK_LOOP = "symlink-loop"


def leaves_repository(target: str, depth: int) -> bool:
    """Whether a link's target, seen from a folder `depth` levels below the root, climbs out of the repository."""
    if target.startswith("/"):
        return True
    for part in target.split("/"):
        depth += {"": 0, ".": 0, "..": -1}.get(part, 1)
        if depth < 0:
            return True
    return False


def link_leaves(path: str, target: str) -> Problem:
    """A symbolic link whose target is not in the repository."""
    return Problem(
        "symlink-leaves-repository",
        "A symbolic link leaves the repository",
        f"{path} points to {target}, which is not in the repository. What is there is not part of the commit.",
        place=Place(path),
        hint="Let the link point to a file of the repository, or copy the file into it.",
    )


def link_loop(path: str) -> Problem:
    """Links that point to each other."""
    return Problem(
        "symlink-loop",
        "Symbolic links go round in a circle",
        f"Following {path} never comes to an end.",
        place=Place(path),
        hint="Let one of the links point to a file.",
    )
