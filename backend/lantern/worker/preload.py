"""Imported once by the fork server: everything a worker needs, with no tensor computed.

A tensor operation here would start thread pools that do not survive a fork, and a look at CUDA
would poison every child.
"""

import gc

import torch
import torch._dynamo

from lantern.lab.plugin import load_plugins
from lantern.worker import jobs, main

__all__ = ["jobs", "main", "torch"]

load_plugins()
gc.collect()
gc.freeze()
