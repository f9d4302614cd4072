"""Arguments of the public API, checked by what the signature says.

A function or class below :func:`validated` has each argument compared with its annotation before it runs:
``float`` is a finite number (no text, no bool, not NaN), ``int`` a whole one, ``Literal`` one of its
values, ``ArrayLike`` finite numbers, a class one of its instances, and so on inside sequences, mappings
and unions. What a plain type can't say stands beside it::

    @validated
    def structure_factor(trajectories: Trajectory | Sequence[Trajectory], *, q_max: Positive, dq: Positive)

The sentence names the argument, what was given and what is expected. A check costs about a microsecond an
argument and is made where a caller comes in, never in a loop over frames or particles.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from numpy.typing import ArrayLike

from supercooled.arguments.amounts import check_entries, number_of_bins, number_of_steps
from supercooled.arguments.sentences import shown
from supercooled.arguments.several import Labelled, Numbers
from supercooled.arguments.signatures import AtLeast, validated
from supercooled.arguments.single import Among, Anything, Number, Text, Whole

Positive: TypeAlias = Annotated[float, Number(above=0.0)]
NotNegative: TypeAlias = Annotated[float, Number(at_least=0.0)]
Fraction: TypeAlias = Annotated[float, Number(above=0.0, below=1.0)]
Temperature: TypeAlias = Annotated[float, Number(above=0.0, like="0.45")]
Count: TypeAlias = Annotated[int, Whole(at_least=1)]
Dimensions: TypeAlias = Annotated[int, Whole(at_least=2, at_most=3)]
Random: TypeAlias = Annotated[int, Whole(at_least=0, below=2**32)]
Blocks: TypeAlias = Annotated[int, Whole(at_least=1, at_most=10_000)]
Particles: TypeAlias = Annotated[int, Whole(at_least=1, at_most=10**9)]
Times: TypeAlias = Annotated[ArrayLike, Numbers(rank=1, least=1, at_least=0.0)]
Vectors: TypeAlias = Annotated[ArrayLike, Numbers(columns=3, nan=True, infinite=True)]
"""One a particle, looked at in every frame: a vector that is not finite stays so."""
Indices: TypeAlias = Annotated[ArrayLike, Numbers(rank=1, whole=True, at_least=0)]
Seed: TypeAlias = Annotated[int, Whole(at_least=1, below=900_000_000)]
Name: TypeAlias = Annotated[str, Text(filled=True)]
Prose: TypeAlias = Annotated[str, Text(longest=10**6)]
AnyNumber: TypeAlias = Annotated[float, Number(nan=True, infinite=True)]
AnyNumbers: TypeAlias = Annotated[ArrayLike, Numbers(nan=True, infinite=True)]
"""NaN among them is looked at by the function itself, or means what it means elsewhere."""
Uncertain: TypeAlias = Annotated[float, Number(nan=True, infinite=True)]
"""Of a result: NaN where it is not known."""
Rising: TypeAlias = Annotated[ArrayLike, Numbers(rank=1, rising=True, least=2)]

__all__ = [
    "Among",
    "AnyNumber",
    "AnyNumbers",
    "Anything",
    "AtLeast",
    "Blocks",
    "Count",
    "Dimensions",
    "Fraction",
    "Indices",
    "Labelled",
    "Name",
    "NotNegative",
    "Number",
    "Numbers",
    "Particles",
    "Positive",
    "Prose",
    "Random",
    "Rising",
    "Seed",
    "Temperature",
    "Text",
    "Times",
    "Uncertain",
    "Vectors",
    "Whole",
    "check_entries",
    "number_of_bins",
    "number_of_steps",
    "shown",
    "validated",
]
