"""What is compiled: whoever imports it imports numba, except for `codes` and `call`."""
