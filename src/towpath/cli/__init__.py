"""The command line.

1. `main.run` parses the global options, imports the one command that is asked for, and turns what it raises into
   printed problems and an exit status.
2. A command turns arguments into one use case of `service`, and gives the result to a view.
3. A view is a pure function from a value to lines, a table or a JSON document.
4. The `Output` writes results to standard output, and everything else to standard error.

Nothing here decides anything about units or runs.
"""
