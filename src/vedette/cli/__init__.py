"""The command line: one module a verb; what is shown is decided here and nowhere else."""
