"""Indicators and models inside other programs: on ``ase.Atoms``, MDAnalysis atom groups, and in OVITO.

:func:`calculate` takes configurations of ASE. ``IndicatorAnalysis`` in
``supercooled.interfaces.mdanalysis`` is an analysis of MDAnalysis, and ``SupercooledModifier`` in
``supercooled.interfaces.ovito`` a modifier of OVITO; their modules need these programs.
"""

from supercooled.interfaces.ase import calculate

__all__ = ["calculate"]
