"""Loops over plain arrays: no validation, no defaults, nothing else of ours."""
