"""What another program imports to reach Resolve: here the strict fake, in the state that a scene builds.

FAKE_RESOLVE_SCENE is "module:function", which is called with the JSON value in FAKE_RESOLVE_ARGUMENT.
"""

from __future__ import annotations

import importlib
import json
import os
from typing import Any

from strict_fake.application import connect


def scriptapp(name: str) -> Any:
    if name != "Resolve":
        return None
    module, _, function = os.environ["FAKE_RESOLVE_SCENE"].partition(":")
    world = getattr(importlib.import_module(module), function)(json.loads(os.environ["FAKE_RESOLVE_ARGUMENT"]))
    return connect(world)
