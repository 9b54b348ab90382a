"""`gateway rules schema`."""

from __future__ import annotations

import json


def schema() -> int:
    """Print the JSON Schema of rules.yaml."""
    from gateway.policy.json_schema import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return 0
