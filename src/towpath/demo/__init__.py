"""The whole story on this machine: an emulated AWS, a live repository, and `towpath` as a person would type it.

1. Start an emulated AWS on a free loopback port (`cloud`), and make a live repository in a temporary folder (`sample`).
2. Tell the story (`story`): each chapter changes the repository, runs `towpath` in a child process that prints to the
   same terminal, then asks `towpath … --json` and the emulated AWS whether what was told really happened.
3. Stop everything that was started and remove the folder, however the story ends; unless it is to be kept, then say
   where it is and what to type.

It uses the command line only, nothing of Towpath's inside: what the demo shows is what a user gets.
"""

from __future__ import annotations

from towpath.demo.run import DemoTools, run_demo, system_tools

__all__ = ["DemoTools", "run_demo", "system_tools"]
