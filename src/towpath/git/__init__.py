"""Git repositories, read without a checkout.

1. A `Repository` is opened through the git binary, which gets a clean environment: no variable of the caller's bends
   it, no hook, monitor or pager runs, and nothing is fetched.
2. A `Tree` lists every file of a commit with one `ls-tree`. Folders come with git's own tree ids, so that two equal
   folders are known to be equal without a look inside.
3. Contents come from `cat-file`, one process for any number of blobs: reading ahead brings in all small text files that
   evaluation is likely to ask for. Blobs are kept by id, across commits, up to a bound; large ones are read
   only when somebody names them, and never kept.
4. Paths are looked up as a file system would: symbolic links are followed while they stay inside the repository.
5. A tree can be exported for execution; the folder appears complete or not at all.
6. A tree can get a layer of files over its own: copies, which remember where they come from, and files written anew.
7. A `mirror` is a copy of a remote in a folder of Towpath's own: the only thing that is ever fetched or written to.
   Nothing of the remote is trusted.

This package knows nothing of what files mean. It does not follow submodules, does not run filters (what is stored is
what is read), and never writes to a repository that it did not make.
"""

from __future__ import annotations

from towpath.git.fake import FakeBlobs, FakeLink, FakeRepository, fake_tree
from towpath.git.objects import CommitInfo, Entry
from towpath.git.repository import Repository
from towpath.git.tree import Layer, Tree

__all__ = ["CommitInfo", "Entry", "FakeBlobs", "FakeLink", "FakeRepository", "Layer", "Repository", "Tree", "fake_tree"]
