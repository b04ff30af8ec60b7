"""The input slots of a session: filled, emptied, told to everybody."""

from lantern.protocol.commands import ClearInputCommand, SetInputCommand
from lantern.protocol.events import InputsEvent
from lantern.protocol.views import PixelInput, SampleInput


def test_inputs_are_pinned_and_taken_down(open_desk):
    desk = open_desk()
    desk.paused_at(0)
    assert desk.ask(SetInputCommand(slot=3, input=SampleInput(index=3))).problem is None
    assert desk.ask(SetInputCommand(slot=63, input=SampleInput(index=1))).problem is None
    assert desk.of(InputsEvent)[-1].slots == {3: SampleInput(index=3), 63: SampleInput(index=1)}
    assert desk.ask(ClearInputCommand(slot=3)).problem is None
    assert desk.of(InputsEvent)[-1].slots == {63: SampleInput(index=1)}
    assert desk.ask(ClearInputCommand(slot=3)).problem is None


def test_an_input_that_does_not_fit_changes_nothing(open_desk):
    desk = open_desk()
    desk.paused_at(0)
    answer = desk.ask(SetInputCommand(slot=1, input=PixelInput(shape=(2, 2), data="AAAAAA==")))
    assert answer.problem.field == "input.shape"
    assert not any(event.slots for event in desk.of(InputsEvent))
