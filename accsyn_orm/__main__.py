"""Run the command line as ``python -m accsyn_orm``."""

from accsyn_orm.cli import main

if __name__ == "__main__":
    main()
