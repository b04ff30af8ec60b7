"""The laboratory: data, models, training and everything that looks inside (torch, no I/O)."""
