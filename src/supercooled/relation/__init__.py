"""How structure and rearrangements go together."""
