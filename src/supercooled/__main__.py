"""``python -m supercooled`` is the command ``supercooled``."""

from supercooled.cli import main

main()
