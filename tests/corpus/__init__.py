"""Bad input: what is wrong, and the error that it gets. Files are made, not kept."""

from __future__ import annotations

from corpus import configurations, documents, hostile, numbers, trajectories
from corpus.case import Case

CASES: tuple[Case, ...] = (
    *trajectories.CASES, *documents.CASES, *hostile.CASES, *numbers.CASES, *configurations.CASES
)  # fmt: skip
