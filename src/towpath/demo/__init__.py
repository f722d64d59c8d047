"""The whole story on this machine: an emulated AWS, a live repository, and `towpath` as a person would type it.

1. Start an emulated AWS on a free loopback port (`cloud`), and make a live repository in a temporary folder (`sample`).
2. Tell the story (`story`): each chapter changes the repository, runs `towpath` in a child process that prints to the
   same terminal, then asks `towpath … --json` and the emulated AWS whether what was told really happened.
3. Stop everything that was started and remove the folder, however the story ends; unless it is to be kept, then say
   where it is and what to type.

With the service (`served`) the same stage has two live repositories and a `towpath serve` that watches them; the story
(`served_story`) is commits, and what somebody says over the interface for programs. It stays until it is interrupted.

The stories use the command line and the service's interface, nothing of Towpath's inside: what the demo shows is what a
user gets.
"""

from __future__ import annotations

from towpath.demo.ground import DemoTools, system_tools
from towpath.demo.run import run_demo
from towpath.demo.served import run_served_demo

__all__ = ["DemoTools", "run_demo", "run_served_demo", "system_tools"]
