"""Imported once by the fork server: everything a worker needs, with no tensor computed.

A tensor operation of any size here would start thread pools that do not survive a fork, and a look
at CUDA would poison every child. The machine code of the fused kernel is taken from disk if it is
there; if not, `engine.fill_cache` compiles it beside the first workers.
"""

import gc

import torch
import torch._dynamo

from lantern.lab.fused import engine
from lantern.lab.plugin import load_plugins
from lantern.worker import jobs, main

__all__ = ["jobs", "main", "torch"]

load_plugins()
engine.expect()
gc.collect()
gc.freeze()
