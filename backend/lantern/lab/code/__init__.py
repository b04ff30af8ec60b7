"""An experiment written out as a script of plain PyTorch."""
