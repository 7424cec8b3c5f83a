"""``python -m fundflow``: the same command where the script is not on the path."""

from fundflow.cli import main

if __name__ == "__main__":
    main(prog_name="fundflow")
