"""`python -m reglab` is the `reglab` command."""

from reglab.cli import main

if __name__ == "__main__":
    main()
