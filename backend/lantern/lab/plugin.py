"""A plugin is a frozen pydantic class: its fields are the form, its docstring the help text."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from importlib.metadata import entry_points
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from lantern.protocol.catalog import PluginCard
from lantern.protocol.experiment import Part
from lantern.protocol.problems import ProblemError

FOLDERS = (
    "datasets",
    "models",
    "tasks",
    "losses",
    "optimizers",
    "schedules",
    "augmentations",
    "inspectors",
    "attributions",
    "attacks",
    "demos",
)
"""One folder per kind, in catalog order; a plugin is found by lying in it."""

ENTRY_POINT_GROUP = "lantern.plugins"


class Plugin(BaseModel):
    """Base of all plugins.

    A kind is declared by `class Dataset(Plugin, kind="dataset")`, a plugin of it by
    `class Spiral(Dataset, name="spiral", title="Spiral")`, which registers it.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        protected_namespaces=(),
        arbitrary_types_allowed=True,
    )
    kind: ClassVar[str]
    name: ClassVar[str]
    title: ClassVar[str]
    tags: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[int] = 100
    """Place in lists; equal numbers sort by title."""
    registry: ClassVar[dict[str, type[Self]]]

    def __init_subclass__(
        cls, *, kind: str | None = None, name: str | None = None, title: str | None = None
    ) -> None:
        """Declare a kind or register a plugin; two plugins of one name are an error."""
        super().__init_subclass__()
        if kind is not None:
            cls.kind, cls.registry = kind, {}
        elif name is not None:
            if name in cls.registry:
                raise TypeError(
                    f"{cls.kind} {name!r} is defined twice: "
                    f"{cls.registry[name].__module__} and {cls.__module__}"
                )
            cls.name = name
            # pydantic takes `title` for itself: a class keyword that is a setting never gets here.
            given = title or cls.model_config.get("title")
            cls.title = given or name.replace("_", " ").capitalize()
            cls.registry[name] = cls

    @classmethod
    def card(cls) -> PluginCard:
        """Return what the catalog says of this plugin."""
        text = inspect.cleandoc(cls.__doc__ or "")
        return PluginCard.model_validate(
            {
                "kind": cls.kind,
                "name": cls.name,
                "title": cls.title,
                "summary": text.split("\n\n")[0].replace("\n", " "),
                "help": text,
                "tags": cls.tags,
                "parameters": cls.model_json_schema(),
            }
        )

    @classmethod
    def make(cls, part: Part, *, field: str | None = None) -> Self:
        """Return the plugin that the part names, or raise a ProblemError that names the field."""
        field = field or cls.kind
        found = cls.registry.get(part.name)
        if found is None:
            known = ", ".join(sorted(cls.registry))
            raise ProblemError(
                f"There is no {cls.kind} {part.name!r}; there are {known}.", field=f"{field}.name"
            )
        try:
            return found.model_validate(part.params)
        except ValidationError as error:
            raise problem_of(error, field=f"{field}.params") from None


def problem_of(error: ValidationError, *, field: str) -> ProblemError:
    """Return the first complaint of pydantic as one sentence that names the field."""
    first: Any = error.errors(include_url=False, include_context=False)[0]
    path = ".".join(part for part in (field, *map(str, first["loc"])) if part)
    fact = (
        "" if first["type"] in {"missing", "extra_forbidden"} else f", not {first['input']!r}"[:80]
    )
    message = first["msg"][0].lower() + first["msg"][1:]
    return ProblemError(f"{path}: {message}{fact}.", field=path)


def load_plugins(folders: Iterable[str] = FOLDERS) -> None:
    """Import the plugin files of ours in the folders, and all of installed packages.

    Safe to call again.
    """
    for folder in folders:
        package = importlib.import_module(f"lantern.lab.{folder}")
        for module in pkgutil.iter_modules(package.__path__):
            if not module.name.startswith("_"):
                importlib.import_module(f"{package.__name__}.{module.name}")
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        entry.load()
