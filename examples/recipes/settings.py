"""Says which service it would call, and how long the key is."""

import os

print(os.environ["SERVICE_URL"], len(os.environ["SERVICE_KEY"].splitlines()), "lines of key")
