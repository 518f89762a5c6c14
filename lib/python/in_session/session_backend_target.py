"""Where session_backend shows figures: set by the shell before anything is drawn."""

display = None
