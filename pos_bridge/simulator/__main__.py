"""`python -m pos_bridge.simulator`."""

import sys

from pos_bridge.simulator import program

if __name__ == "__main__":
    sys.exit(program.main(sys.argv[1:]))
