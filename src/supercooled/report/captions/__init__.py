"""The words of each figure: a caption for the page and a text for those who can't see it."""
