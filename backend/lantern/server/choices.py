"""What is wrong with one of several things that a value may be, such as one type of layer."""

from typing import Any

from jsonschema.exceptions import ValidationError as SchemaError
from jsonschema.exceptions import best_match  # pyright: ignore[reportUnknownVariableType]


def narrowed(error: SchemaError) -> SchemaError:
    """Return the complaint about the alternative that was meant, by its `type` where it has one.

    The error itself comes back where no alternative was meant.
    """
    found: Any = error  # jsonschema's attributes are typed in part only
    match: Any = best_match  # pyright: ignore[reportUnknownVariableType]
    while found.validator in {"oneOf", "anyOf"}:
        meant = [each for each in found.context if each.schema_path[0] == _alternative(found)]
        if not meant:
            break
        found = match(meant)
    return found


def types_of(error: SchemaError) -> list[str]:
    """Return the types that an alternative may have, if they are told apart by it."""
    found: Any = error
    return list(found.schema.get("discriminator", {}).get("mapping", {}))


def _alternative(found: Any) -> int:  # noqa: ANN401 - an untyped jsonschema error
    """Return the index of the alternative that was meant; -1 for none."""
    discriminator = found.schema.get("discriminator")
    if discriminator is None:
        # Something or nothing: nobody who sends something means nothing.
        return 0 if found.validator == "anyOf" else -1
    kind = found.instance.get(discriminator["propertyName"]) if _is_object(found) else None
    reference = discriminator["mapping"].get(kind) if isinstance(kind, str) else None
    references = [each.get("$ref") for each in found.schema[found.validator]]
    return references.index(reference) if reference in references else -1


def _is_object(found: Any) -> bool:  # noqa: ANN401 - an untyped jsonschema error
    return isinstance(found.instance, dict)
