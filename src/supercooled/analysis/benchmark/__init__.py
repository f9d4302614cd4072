"""Structural predictors on the same data: what is compared, the scores, what was found."""
