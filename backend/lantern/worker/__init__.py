"""The processes that train: agent and worker."""
