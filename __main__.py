"""`python -m allornone`: the command line."""

import sys

from allornone.command import main

if __name__ == "__main__":
    sys.exit(main())
