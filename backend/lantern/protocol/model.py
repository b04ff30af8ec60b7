"""The base of every message: frozen, closed, finite numbers only."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Scale = Literal["linear", "log"]


class Model(BaseModel):
    """An immutable value that is said on the wire; unknown fields and NaN are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        protected_namespaces=(),
    )


def control(
    *,
    live: bool = False,
    scale: Scale = "linear",
    unit: str = "",
    step: float | None = None,
    section: str = "",
    widget: str = "",
    for_images: JsonValue = None,
    **constraints: Any,  # noqa: ANN401 - handed on to pydantic's Field as they are
) -> Any:  # noqa: ANN401 - a pydantic FieldInfo, which has no public type of its own
    """Describe a parameter for the form that is drawn from its JSON schema.

    `live`: may change while the session runs, without a new model. `scale`: of the slider.
    `unit`: shown behind the number. `step`: of the slider. `section`: heading it stands under.
    `widget`: asks for a control other than the type's own (`layers`, `input`, `layer`, `class`).
    `for_images`: what a model begins with on images, where the default is made for points.
    """
    hints = {"x-unit": unit, "x-step": step, "x-section": section, "x-widget": widget}
    extra: dict[str, Any] = {"x-live": live, "x-scale": scale}
    extra |= {key: value for key, value in hints.items() if value}
    if for_images is not None:
        extra["x-images"] = for_images
    return Field(json_schema_extra=extra, **constraints)
