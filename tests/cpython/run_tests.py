"""CPython's own regression tests, as `python -m test` runs them."""
from test.libregrtest import main

if __name__ == "__main__":
    main()
