"""The use cases, wired: the only place that picks adapters.

1. `reading`: the live repository at a commit, and the comparison of two. Needs git and nothing else.
2. `working`: the same with its state folder, its workbench and its runs. A command opens it, asks for one thing, and it
   is closed again.
3. `state`: which folder the state is in.
4. `diagnosis`: what `towpath doctor` looks at.

It holds no rules: what differs is decided in `changes`, what happens next in `runs`. It prints nothing.
"""
