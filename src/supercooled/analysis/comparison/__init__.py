"""Indicators held against targets: the samples, the statistics, the table."""
