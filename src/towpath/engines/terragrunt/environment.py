"""The environment Terragrunt gets: the engine's, and its own settings as far as they are the user's to make.

1. Which units it works on, where, and with which sources is decided by Towpath: such variables are left out.
2. What only concerns how it works (features, authentication, caches, experiments) is passed on.
3. Inputs are not among it: Terragrunt makes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from towpath.engines.terraform.environment import engine_environment

__all__ = ["terragrunt_environment"]

_DECIDED_BY_TOWPATH = re.compile(
    r"^(?:TG|TERRAGRUNT)_(?:"
    r"ALL|GRAPH|GRAPH_ROOT|CONFIG|WORKING_DIR|SOURCE|DOWNLOAD|DOWNLOAD_DIR|TF_?PATH|"
    r"FILTERS?(?:_.*)?|QUEUE_.*|UNITS_THAT_INCLUDE|OUT_DIR|JSON_OUT_DIR|REPORT_.*|"
    r"AUTO_INIT|NO_AUTO_INIT|AUTO_RETRY|NO_AUTO_RETRY|NO_HOOKS|NO_DEPENDENCY_OUTPUTS|"
    r"DEBUG|INPUTS_DEBUG|LOG_DISABLE|LOG_FORMAT|LOG_CUSTOM_FORMAT"
    r")$"
)
"""`TERRAGRUNT_` is how the settings were called before, and still understood. `INPUTS_DEBUG` would write all inputs,
secrets as well, beside the unit."""
_OF_GIT = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")
"""Set while git runs a hook; they would make Terragrunt take another repository for the unit's."""
_FIXED = {"TG_NO_COLOR": "true", "TG_NO_TIPS": "true"}


def terragrunt_environment(
    own: Mapping[str, str], credentials: Mapping[str, str], cache: Mapping[str, str]
) -> dict[str, str]:
    """All of it. `credentials` empty: those of Towpath's own environment are used; `cache` are settings of the cache of
    providers, over which the user's win.
    """
    engine = engine_environment(own, credentials, {}, {})
    kept = {
        name: value for name, value in engine.items() if not _DECIDED_BY_TOWPATH.match(name) and name not in _OF_GIT
    }
    return {**cache, **kept, **_FIXED}
