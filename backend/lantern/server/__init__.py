"""The process web: FastAPI, no torch."""
