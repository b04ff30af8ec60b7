"""What may be said between browser, web, agent and worker (pydantic and stdlib only)."""
