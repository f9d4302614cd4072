"""The words of the figures of propensity, and of the depth's Arrhenius lines."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from supercooled.report.captions.common import Results, Words, at, values
from supercooled.report.numbers import shown
from supercooled.report.style import finite, floats


def rank_by_time(results: Results) -> Words:
    """Each field at the coldest temperature."""
    data = results["propensity"].isel(temperature=0)
    said = []
    for name in map(str, data["field"].values):
        value = floats(data["rank_correlation"].sel(field=name))
        said.append(f"{shown(float(np.nanmax(value)), digits=2)} by {name.replace('_', ' ')}")
    return Words(
        Markup(
            "Rank correlation of what surrounds a particle with its propensity, its mean displacement over "
            "runs that share the configuration, against time, at the coldest temperature."
        ),
        f"Rank correlation with the propensity {at(float(data['temperature']))}, at most {', '.join(said)}.",
    )


def rank_by_temperature(results: Results) -> Words:
    """Softness at each temperature."""
    data = results["propensity"].sel(field="softness")
    said = [
        f"{shown(float(np.nanmax(floats(data['rank_correlation'].sel(temperature=t)))), digits=2)} {at(t)}"
        for t in values(data)
    ]
    return Words(
        Markup("The same of softness alone, at each temperature."),
        f"Rank correlation of softness with the propensity, at most {', '.join(said)}.",
    )


def arrhenius_by_depth(results: Results) -> Words:
    """Arrhenius lines of a few depths."""
    data = results["depth_arrhenius"]
    onset = finite(data.attrs.get("onset"))
    said = "" if onset is None else f"; they cross at T_0 = {shown(onset, data.attrs.get('onset_error'))}"
    return Words(
        Markup(
            "log<sub>10</sub> <i>P<sub>R</sub></i> of particles of a few depths against 1/<i>T</i>, with the "
            "fitted lines."
        ),
        f"Logarithm of the probability of rearranging against inverse temperature for a few depths{said}.",
    )
