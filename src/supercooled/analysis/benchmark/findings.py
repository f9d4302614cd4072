"""What a benchmark found, in words with numbers."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import xarray as xr
from scipy.special import stdtrit

from supercooled.analysis.benchmark.defaults import ENERGY

_DEPTH = "depth of the cage"


def findings(table: xr.Dataset, added: xr.Dataset) -> list[str]:
    """What predicts best at which time at the coldest temperature, and what goes beyond averaged energy."""
    cold = table.isel(temperature=0)
    sentences = []
    for kind, words in (("indicator", "Of the single indicators,"), ("predictor", "Of predictors,")):
        own = cold.isel(contender=np.flatnonzero(cold["kind"].values == kind))
        if sentence := _winners(own):
            sentences.append(f"{words} {sentence}.")
    sentences += _beyond(cold, added.isel(temperature=0))
    return sentences


def _winners(own: xr.Dataset) -> str:
    """Who is nearest to the propensity, time after time."""
    values = np.abs(own["pearson"].values)
    times = own["time"].values
    best = [
        (k, int(np.argmax(np.nan_to_num(values[:, k], nan=-1.0))))
        for k in range(len(times))
        if values.size and np.isfinite(values[:, k]).any()
    ]
    parts = []
    for m, several in groupby(best, key=lambda one: one[1]):
        places = [k for k, _ in several]
        top = max(places, key=lambda k: values[m, k])
        name = str(own["contender"].values[m])
        parts.append(f"“{name}” predicts most {_when(times, places)} ({_number(own, m, top)})")
    return ", ".join(parts)


def _when(times: np.ndarray, places: list[int]) -> str:
    if len(times) == 1:
        return "of the propensity"
    first, last = f"{times[places[0]]:g}", f"{times[places[-1]]:g}"
    return f"at t = {first}" if first == last else f"from t = {first} to {last}"


def _number(own: xr.Dataset, m: int, k: int) -> str:
    value, error = (float(own[name].values[m, k]) for name in ("pearson", "pearson_error"))
    shown = f"{value:.3f} ± {error:.3f}" if np.isfinite(error) else f"{value:.3f}"
    return shown if len(own["time"]) == 1 else f"{shown} at t = {float(own['time'].values[k]):g}"


def _beyond(cold: xr.Dataset, added: xr.Dataset) -> list[str]:
    """What others add to averaged inherent energy at the time at which that predicts best."""
    if ENERGY not in cold["contender"].values:
        return []
    alone = cold["pearson"].sel(contender=ENERGY).values
    if not np.isfinite(alone).any():
        return []
    k = int(np.nanargmax(alone))
    place = list(cold["contender"].values).index(ENERGY)
    sentences = [f"Averaged inherent energy alone reaches {_number(cold, place, k)}"]
    gain = added["beyond_energy"].values[:, k] if "beyond_energy" in added else np.array([])
    if not np.isfinite(gain).any():
        return [f"{sentences[0]}."]
    error = added["beyond_energy_error"].values[:, k]
    names = [str(name) for name in added["feature"].values]
    depth = [f for f, name in enumerate(names) if _DEPTH in name and np.isfinite(gain[f])]
    if depth:
        f = max(depth, key=lambda f: gain[f])
        verdict = (
            "adds nothing significant"
            if _nothing(gain[f], error[f], int(cold["configurations"].values[k]))
            else "adds"
        )
        sentences.append(f"softness (“{names[f]}”) {verdict} ({_signed(gain[f], error[f])})")
    f = int(np.nanargmax(gain))
    if f not in depth:
        sentences.append(f"“{names[f]}” adds most ({_signed(gain[f], error[f])})")
    return ["; to it ".join([sentences[0], ", ".join(sentences[1:])]) + "."]


def _nothing(gain: float, error: float, configurations: int) -> bool:
    """Whether chance gives as much once in twenty times (Student's t over the configurations)."""
    if not np.isfinite(error) or configurations < 2:
        return False
    return bool(abs(gain) < float(stdtrit(configurations - 1, 0.975)) * error)


def _signed(gain: float, error: float) -> str:
    return f"{gain:+.3f} ± {error:.3f}" if np.isfinite(error) else f"{gain:+.3f}"
