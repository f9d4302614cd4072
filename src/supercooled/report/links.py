"""From a number in the comparison to the figure that shows it."""

from __future__ import annotations

from collections.abc import Mapping

# Beginnings of a row's name, and the plates that may show it, the likeliest first.
FIGURES_OF: Mapping[str, tuple[str, ...]] = {
    "softness": ("cage", "master_softness"),
    "average softness": ("cage",),
    "median deviation of S": ("master_softness",),
    "largest deviation of S at": ("master_softness",),
    **dict.fromkeys(("a0", "a1"), ("depth", "master_softness")),
    **dict.fromkeys(("b0", "b1", "c0", "c1"), ("depth",)),
    "p_c": ("dynamics",),
    "largest alpha_2": ("dynamics",),
    "relaxation time": ("hops",),
    "stretched exponential": ("hops",),
    "diffusion coefficient": ("dynamics", "reduced_diffusion"),
    "share softer than the peak": ("rearranging",),
    "share shallower than the peak": ("rearranging",),
    "d ln P_R": ("arrhenius",),
    "onset temperature": ("arrhenius", "learned_probability"),
    "onset temperature by depth": ("by_depth",),
    "lowest barrier": ("arrhenius", "learned_probability"),
    "highest barrier": ("arrhenius", "learned_probability"),
    "area under the ROC curve": ("ranking",),
    "rank correlation with propensity": ("propensity",),
    "correlation of S with T": ("master_softness",),
    "correlation of βΔΦ": ("master_escape",),
    "correlation of ΔE with": ("master_dynamics",),
    **dict.fromkeys(("B'", "C'", "B", "K_VFT", "T_VFT", "pairs of liquids"), ("master_dynamics",)),
    "variance left after collapse": ("master_dynamics",),
    **dict.fromkeys(("S_0", "correlation of S_ML", "correlation of ΔE_ML"), ("master_learned",)),
    "slope of S_ML": ("master_learned",),
    "spread of P_R across strata": ("entropy_strata",),
    "further spread across strata": ("entropy_strata",),
    "Pearson correlation of S and s2": ("joint",),
    "rise of that correlation": ("joint",),
    "crossover temperature": ("crossovers",),
    "difference of the two crossover": ("crossovers",),
    "smallest step of s2": ("softness_groups",),
    "spread of the": ("scaled_barriers",),
    "R^2 of the scaled": ("scaled_barriers",),
    **dict.fromkeys(("accuracy", "cross-validated accuracy"), ("learned_accuracy",)),
    **dict.fromkeys(
        ("share of the rearranging with S > 0", "e0", "e1", "Σ0", "Σ1"), ("learned_probability",)
    ),
    **dict.fromkeys(("largest deviation of q(t)", "-dq(S,t)/dt"), ("learned_relaxation",)),
}


def figure_of(name: str, numbers: Mapping[str, int]) -> tuple[str, int] | None:
    """Plate and its number on the page for a row's name; None where the page has no such figure.

    Of several beginnings that fit the longest counts.

    >>> figure_of("onset temperature by depth", {"arrhenius": 5, "by_depth": 9})
    ('by_depth', 9)
    >>> figure_of("onset temperature by depth", {"arrhenius": 5})
    ('arrhenius', 5)
    """
    for words in sorted(FIGURES_OF, key=len, reverse=True):
        # a symbol is no beginning of a word: B is not Bragg
        if name.startswith(words) and not (len(words) < 4 and name[len(words) :][:1].isalpha()):
            for plate in FIGURES_OF[words]:
                if plate in numbers:
                    return plate, numbers[plate]
    return None
