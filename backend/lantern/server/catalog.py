"""Keeps the catalog and measures every request by it."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as SchemaError
from jsonschema.exceptions import best_match  # pyright: ignore[reportUnknownVariableType]
from pydantic import JsonValue, ValidationError

from lantern.protocol.catalog import Catalog, PluginCard
from lantern.protocol.experiment import PARTS, Change, Edit, Experiment, with_changes, with_edits
from lantern.protocol.problems import ProblemError
from lantern.protocol.views import View
from lantern.server.choices import narrowed, types_of
from lantern.server.problems import problem_of, refuse_unsayable, shown, still_starting
from lantern.server.titles import original_title

NAMES_SHOWN = 12


class CatalogKeeper:
    """The newest catalog an agent told of; on disk too, so that the next start has it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._validators: dict[tuple[str, str], Draft202012Validator] = {}
        try:
            self.catalog = Catalog.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            self.catalog = Catalog(plugins=())
        self.version: str = self.catalog.version
        self.known = asyncio.Event()
        """Set once there is something to check by."""
        self._note_known()

    @property
    def is_empty(self) -> bool:
        """Whether no agent ever told what it can do."""
        return not self.catalog.plugins

    def update(self, catalog: Catalog) -> None:
        """Take over a catalog and write it to the disk if it is new."""
        if catalog.version == self.version:
            return
        self.catalog, self.version = catalog, catalog.version
        self._validators.clear()
        self._note_known()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".tmp")
        fresh.write_bytes(catalog.model_dump_json().encode())
        os.replace(fresh, self.path)

    def _note_known(self) -> None:
        if not self.is_empty:
            self.known.set()

    def check_experiment(self, experiment: Experiment) -> None:
        """Raise a ProblemError that names the first field that is not possible."""
        for kind in PARTS:
            part = getattr(experiment, kind)
            self.check_part(kind, part.name, part.params, field=kind)

    def suited(self, experiment: Experiment) -> Experiment:
        """Return the experiment with what its model had better begin with on images.

        Only what was left out is filled in, and only where the plugin says that its default is
        made for points.
        """
        dataset = self.catalog.find("dataset", experiment.dataset.name)
        card = self.catalog.find("model", experiment.model.name)
        if dataset is None or card is None or "images" not in dataset.tags:
            return experiment
        properties: dict[str, dict[str, JsonValue]] = card.parameters.get("properties", {})
        better = {name: each["x-images"] for name, each in properties.items() if "x-images" in each}
        params = better | experiment.model.params
        model = experiment.model.model_copy(update={"params": params})
        return experiment.model_copy(update={"model": model})

    def suited_changes(
        self, experiment: Experiment, changes: tuple[Change, ...]
    ) -> tuple[Change, ...]:
        """Return checked changes, with what another model had better begin with, and a true title.

        A title that says model and data set goes on saying so; one that somebody wrote stays.
        """
        after, found = self.check_changes(experiment, changes), list(changes)
        model = self.suited(after).model
        if after.model.name != experiment.model.name and model != after.model:
            found.append(Change(path="model", value=model.model_dump(mode="json")))
        original = original_title(after.title)
        if original == self.plain_title(experiment) != self.plain_title(after):
            title = after.title.removesuffix(original) + self.plain_title(after)
            found.append(Change(path="title", value=title))
        return tuple(found)

    def plain_title(self, experiment: Experiment) -> str:
        """Return the title of an experiment that nobody gave one: `LeNet-5 on MNIST`."""
        parts = (("model", experiment.model), ("dataset", experiment.dataset))
        cards = [self.catalog.find(kind, part.name) for kind, part in parts]
        return " on ".join(card.title for card in cards if card is not None)

    def check_changes(self, experiment: Experiment, changes: tuple[Change, ...]) -> Experiment:
        """Return the experiment with the changes made, or raise a ProblemError."""
        for change in changes:
            refuse_unsayable(change.value, change.path)
        try:
            changed = with_changes(experiment, changes)
        except KeyError as error:
            path = str(error.args[0])
            raise ProblemError(f"There is no field {path!r}.", field=path) from None
        except ValidationError as error:
            problem = problem_of(error)
            raise ProblemError(problem.sentence, field=problem.field) from None
        for kind in PARTS:
            part = getattr(changed, kind)
            if part != getattr(experiment, kind):
                self.check_part(kind, part.name, part.params, field=kind)
        return changed

    def check_edits(self, experiment: Experiment, edits: Sequence[Edit]) -> Experiment:
        """Return the experiment after edits; ProblemError if one of them leads nowhere.

        What else may be wrong with them is found by the worker that makes them.
        """
        try:
            return with_edits(experiment, edits)
        except KeyError as error:
            path = str(error.args[0])
            raise ProblemError(f"edits: there is no field {path!r}.", field="edits") from None
        except ValidationError as error:
            raise ProblemError(f"edits: {problem_of(error).sentence}", field="edits") from None

    def checked_view(self, view: View) -> View:
        """Return the view with its defaults filled in, so that equal views have equal keys."""
        card = self.check_part("inspector", view.inspector, view.params, field="inspector")
        return view.model_copy(update={"params": with_defaults(card, view.params)})

    def check_part(
        self, kind: str, name: str, params: dict[str, JsonValue], *, field: str
    ) -> PluginCard:
        """Return the plugin of that name if it can take these parameters."""
        if self.is_empty:
            raise still_starting()
        card = self.catalog.find(kind, name)
        if card is None:
            known = self.catalog.names(kind)
            more = len(known) - NAMES_SHOWN
            listed = ", ".join(known[:NAMES_SHOWN]) or "none yet"
            listed += f" and {more} more" if more > 0 else ""
            raise ProblemError(
                f"There is no {kind} {shown(name)}; there are {listed}.", field=f"{field}.name"
            )
        refuse_unsayable(params, f"{field}.params")
        validator: Any = self._validator(card)  # jsonschema is typed in part only
        found: Any = best_match  # pyright: ignore[reportUnknownVariableType]
        error: SchemaError | None = found(validator.iter_errors(params))
        if error is not None:
            raise _problem(narrowed(error), f"{field}.params")
        return card

    def _validator(self, card: PluginCard) -> Draft202012Validator:
        key = (card.kind, card.name)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(card.parameters)
        return self._validators[key]


def with_defaults(card: PluginCard, params: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the parameters with those left out at their defaults, in the schema's order."""
    properties: dict[str, dict[str, JsonValue]] = card.parameters.get("properties", {})
    filled: dict[str, JsonValue] = {}
    for name, schema in properties.items():
        if name in params:
            filled[name] = params[name]
        elif "default" in schema:
            filled[name] = schema["default"]
    return filled


def _problem(error: SchemaError, prefix: str) -> ProblemError:
    found: Any = error  # jsonschema's attributes are not typed
    path = ".".join([prefix, *(str(part) for part in found.absolute_path)])
    match found.validator:
        case "minimum":
            fact = f"must be at least {found.validator_value}"
        case "maximum":
            fact = f"must be at most {found.validator_value}"
        case "exclusiveMinimum":
            fact = f"must be greater than {found.validator_value}"
        case "exclusiveMaximum":
            fact = f"must be less than {found.validator_value}"
        case "type":
            fact = f"must be of type {found.validator_value}"
        case "enum":
            fact = f"must be one of {', '.join(map(json.dumps, found.validator_value))}"
        case "maxLength":
            fact = f"must have at most {found.validator_value} characters"
        case "minLength":
            fact = f"must have at least {found.validator_value} characters"
        case "pattern":
            fact = f"must look like {found.validator_value}"
        case "minItems":
            fact = f"must have at least {found.validator_value} items"
        case "maxItems":
            fact = f"must have at most {found.validator_value} items"
        case "oneOf" if types := types_of(error):
            fact = f"must have a type out of {', '.join(types)}"
        case "required":
            return ProblemError(f"{path}: {found.message}.", field=path)
        case "additionalProperties":
            return _extra(found, path)
        case _:
            fact = "is not possible"
    return ProblemError(f"{path}: {fact}, not {shown(found.instance)}.", field=path)


def _extra(found: Any, path: str) -> ProblemError:  # noqa: ANN401 - an untyped jsonschema error
    known = found.schema.get("properties", {})
    extra = next((name for name in found.instance if name not in known), "")
    listed = ", ".join(known) or "none"
    field = f"{path}.{extra}"[:120]
    return ProblemError(f"{field}: there is no such parameter; there are {listed}.", field=field)
