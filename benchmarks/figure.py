"""A measured figure, always beside the reference of the same run: absolute times drift, ratios stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """`met` is None where nothing is asked of it. `note` says what the next limit is, or what was left out."""

    id: str
    what: str
    value: float
    unit: str
    reference: str = ""
    reference_value: float | None = None
    goal: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference_value if self.reference_value else None

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"ratio": self.ratio}


def table(figures: Sequence[Figure]) -> str:
    """Return the figures in columns, their notes below."""
    heads = ("", "figure", "value", "reference", "ratio", "goal", "met")
    rows = [heads, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    notes = [f"{figure.id}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:], "", *notes])


def _row(figure: Figure) -> tuple[str, ...]:
    reference = (
        f"{figure.reference} {number(figure.reference_value)}"
        if figure.reference_value is not None
        else figure.reference
    )
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
    met = {True: "yes", False: "NO", None: ""}[figure.met]
    return figure.id, figure.what, f"{number(figure.value)} {figure.unit}", reference, ratio, figure.goal, met


def number(value: float) -> str:
    """Return three significant digits, without an exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
