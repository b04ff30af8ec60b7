"""The Python client for scripts and notebooks.

from lantern.client import Lantern

session = Lantern().create(dataset="digits", model="lenet5")
session.run(steps=200)
print(session.metrics()["validation_accuracy"][-1])
maps = session.inspect("activations", layer="conv1")[0].arrays["images"]
"""

from lantern.client.errors import LanternError
from lantern.client.explanation import Explanation
from lantern.client.figure import ClientFigure
from lantern.client.lantern import Lantern
from lantern.client.session import Session

__all__ = ["ClientFigure", "Explanation", "Lantern", "LanternError", "Session"]
