"""Names for the array types that signatures use."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["AnyArray", "Array", "Booleans", "Integers"]

Array: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int32] | NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]
AnyArray: TypeAlias = NDArray[Any]
