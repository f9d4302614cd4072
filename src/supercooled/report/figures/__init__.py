"""The figures, a module a physics noun: labelled results in, a Matplotlib figure out."""
