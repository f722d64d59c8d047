"""The programming interface under `/api/v1`: what pages show and do, for programs. Described by OpenAPI.

Its documents are those that the command line prints with `--json`; fields may be added, and none changes its meaning.
Requests carry a token, and what its owner may not see does not exist for it.
"""
