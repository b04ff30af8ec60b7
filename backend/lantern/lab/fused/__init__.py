"""The fused kernel: whole training steps of small networks in the plane, compiled by numba."""
