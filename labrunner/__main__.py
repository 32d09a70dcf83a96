"""`python -m labrunner`."""

import sys

from labrunner.cli import main

sys.exit(main())
