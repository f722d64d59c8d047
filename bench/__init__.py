"""What `make bench` runs.

1. `repositories` makes live repositories of any size; the same size gives the same bytes.
2. `reading`, `planning`, `starting`, `idle` and `load` measure. Each figure stands beside a floor: what the least
   imaginable work takes in the same run, so that the machine cancels out, or what was promised.
3. `figures` prints the table and writes the JSON.
"""
