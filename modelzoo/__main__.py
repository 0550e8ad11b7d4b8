"""`python -m modelzoo` is `zoo`."""

from modelzoo.cli import main

main()
