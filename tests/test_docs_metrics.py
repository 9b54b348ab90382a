"""docs/metrics.md and docs/alerts.yaml speak of the metrics there are."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from gateway.daemon.metrics import METRICS

DOCS = Path(__file__).parents[1] / "docs"


def test_every_metric_has_its_row():
    page = (DOCS / "metrics.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `gateway_")]
    expected = [f"| `{n}` | {k} | {', '.join(f'`{each}`' for each in labels)} | {t} |" for n, k, labels, t in METRICS]
    assert rows == expected


def test_names_follow_the_conventions():
    for name, kind, labels, text in METRICS:
        assert re.fullmatch(r"gateway(_[a-z]+)+", name)
        assert (kind == "counter") == name.endswith("_total"), name
        assert text
        assert all(re.fullmatch(r"[a-z]+", label) for label in labels)


def test_alarms_ask_for_metrics_and_labels_there_are():
    names = {name: labels for name, _, labels, _ in METRICS}
    rules = yaml.safe_load((DOCS / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
    assert len(rules) >= 10
    for rule in rules:
        asked = re.findall(r"(gateway_\w+)(?:\{(\w+)=~?\")?", rule["expr"])
        assert asked, rule
        for name, label in asked:
            assert name in names, rule
            assert not label or label in names[name], rule
        assert {"summary", "look"} == set(rule["annotations"])
