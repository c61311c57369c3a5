"""``python -m vedette``: the program, for launchers that want a module."""

from vedette.cli.start import main

if __name__ == "__main__":
    main()
