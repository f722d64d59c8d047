"""What Towpath claims about speed, measured: `make bench` prints a table and writes `bench/results/latest.json`.

Every figure is a ratio within one run, against a floor that does the unavoidable part alone: machines are noisy, ratios
are not. The median of several rounds counts.
"""
