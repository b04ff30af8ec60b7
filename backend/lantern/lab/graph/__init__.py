"""A model as a graph: which layer takes what from which, traced through any nn.Module."""
