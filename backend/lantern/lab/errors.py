"""What can go wrong in the laboratory.

ProblemError            (protocol) the user asked for something that cannot be
LabError                something failed while a run was under way
└── NonFiniteError      the loss of a step is infinite or not a number
"""

from lantern.protocol.ids import LayerPath


class LabError(Exception):
    """Base of what a run raises while it trains."""


class NonFiniteError(LabError):
    """The loss of a step is not finite; nothing was changed by that step."""

    def __init__(self, step: int, layer: LayerPath, sentence: str) -> None:
        super().__init__(sentence)
        self.step = step
        """The step that failed: one more than were complete."""
        self.layer = layer
        """Module path of the first layer with a number that is not finite, or `loss`."""
        self.sentence = sentence
