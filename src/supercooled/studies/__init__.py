"""One file a paper, in the paper's order."""
