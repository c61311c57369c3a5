"""A model and what it is judged on come in; measures with intervals, paired differences and notes leave."""
