"""Sixteen samples side by side: the vector type that the kernel computes with.

Numba leaves it to LLVM to find vectors in a loop, and for batches as small as ten it finds none. So
the kernel spells them out: a value of `Lanes` is 16 numbers of one dtype, whatever registers the
processor has; LLVM splits it as needed. Arithmetic rounds as IEEE 754 says and is never reordered.
"""

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

from lantern.lab.fused.core.call import WIDTH

# Numba hands over builders, contexts and values of its own, none of which are typed.
Numba = Any


_typed: Numba = infer_global


class LanesType(types.Type):
    """Sixteen floats of one dtype."""

    def __init__(self, scalar: types.Float) -> None:
        self.scalar = scalar
        super().__init__(name=f"Lanes({scalar})")


class MaskType(types.Type):
    """Sixteen truth values."""

    def __init__(self) -> None:
        super().__init__(name="LanesMask")


MASK = MaskType()


def float_of(scalar: Numba) -> Numba:
    """Return the type that LLVM gives a float."""
    return ir.FloatType() if scalar == types.float32 else ir.DoubleType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Numba, kind: Numba) -> None:
        super().__init__(manager, kind, ir.VectorType(float_of(kind.scalar), WIDTH))


@register_model(MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Numba, kind: Numba) -> None:
        super().__init__(manager, kind, ir.VectorType(ir.IntType(1), WIDTH))


def splat(builder: Numba, value: Numba) -> Numba:
    """Emit a vector of one number, 16 times."""
    vector = ir.VectorType(value.type, WIDTH)
    index = ir.Constant(ir.IntType(32), 0)
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), value, index)
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(single, ir.Constant(vector, ir.Undefined), zeros)


def as_lanes(context: Numba, builder: Numba, value: Numba, kind: Numba, wanted: Numba) -> Numba:
    """Emit a vector of an operand that may be a scalar of another type."""
    if isinstance(kind, LanesType):
        return value
    return splat(builder, context.cast(builder, value, kind, wanted.scalar))


def lanes_among(args: tuple[Numba, ...]) -> Numba:
    """Return the one type of lanes among operands, the others being scalars; else None."""
    found = {kind for kind in args if isinstance(kind, LanesType)}
    others = [kind for kind in args if not isinstance(kind, LanesType)]
    if len(found) != 1 or not all(isinstance(kind, types.Number) for kind in others):
        return None
    return found.pop()


def _declare(operation: Callable[..., object], emit: Callable[..., Numba], *, mask: bool) -> None:
    """Teach numba an operator on lanes, or on lanes and a scalar."""

    @_typed(operation)
    class _Typing(AbstractTemplate):
        def generic(self, args: tuple[Numba, ...], kws: object) -> Numba:
            lanes = lanes_among(args)
            return None if lanes is None else signature(MASK if mask else lanes, *args)

    def lower(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        lanes = lanes_among(sig.args)
        values = [
            as_lanes(context, builder, value, kind, lanes)
            for value, kind in zip(args, sig.args, strict=True)
        ]
        return emit(builder, *values)

    for kinds in (
        (LanesType, LanesType),
        (LanesType, types.Number),
        (types.Number, LanesType),
    ):
        lower_builtin(operation, *kinds)(lower)


_declare(operator.add, lambda builder, a, b: builder.fadd(a, b), mask=False)
_declare(operator.sub, lambda builder, a, b: builder.fsub(a, b), mask=False)
_declare(operator.mul, lambda builder, a, b: builder.fmul(a, b), mask=False)
_declare(operator.truediv, lambda builder, a, b: builder.fdiv(a, b), mask=False)
_declare(operator.gt, lambda builder, a, b: builder.fcmp_ordered(">", a, b), mask=True)
_declare(operator.ge, lambda builder, a, b: builder.fcmp_ordered(">=", a, b), mask=True)
_declare(operator.lt, lambda builder, a, b: builder.fcmp_ordered("<", a, b), mask=True)
_declare(operator.le, lambda builder, a, b: builder.fcmp_ordered("<=", a, b), mask=True)
_declare(operator.eq, lambda builder, a, b: builder.fcmp_ordered("==", a, b), mask=True)


@_typed(operator.neg)
class _Negation(AbstractTemplate):
    def generic(self, args: tuple[Numba, ...], kws: object) -> Numba:
        return signature(args[0], args[0]) if isinstance(args[0], LanesType) else None


@lower_builtin(operator.neg, LanesType)
def _negate(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
    return builder.fneg(args[0])
