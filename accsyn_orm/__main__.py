"""Run the command line as ``python -m accsyn_orm``."""

from accsyn_orm.cli.app import main

if __name__ == "__main__":
    main()
