"""The run as a script of plain PyTorch."""

from collections.abc import Iterator

from lantern.lab.code.script import Story, script_of
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.protocol.figures import TextFigure


class Code(Inspector, name="code", title="PyTorch code"):
    """The experiment as a script that needs PyTorch alone and gives the numbers of this run.

    It holds the data, the first weights and the order of the batches, so what it prints agrees
    with PyTorch's own path here (engine eager) to the last digits.
    """

    tags = ("points",)
    live = False
    order = 400

    def figures(self, subject: Subject) -> Iterator[TextFigure]:
        """Yield the script."""
        only_for(subject, "points", "code")
        script = script_of(
            Story(
                base=subject.base or subject.experiment,
                edits=[edit for edit in subject.edits if edit.step <= subject.step],
                data=subject.data,
                step=subject.step,
                current=subject.experiment,
            )
        )
        yield TextFigure(
            title="PyTorch code",
            alt=f"A Python script of {len(script.splitlines())} lines.",
            facts={"step": subject.step},
            text=script,
            language="python",
        )
