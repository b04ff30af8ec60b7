"""What can be done with `Lanes` besides arithmetic: memory, choice, sums, and a few functions."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from lantern.lab.fused.core.call import WIDTH
from lantern.lab.fused.core.lanes import (
    MASK,
    LanesType,
    Numba,
    as_lanes,
    float_of,
    lanes_among,
    splat,
)

P = ParamSpec("P")


def primitive(declare: Callable[Concatenate[Numba, P], Numba]) -> Callable[P, Numba]:
    """Make a function of the kernel of one that returns its signature and what emits its code."""
    declared: Numba = intrinsic(declare)
    return declared


def _address(context: Numba, builder: Numba, kind: Numba, array: Numba, index: Numba) -> Numba:
    data = context.make_array(kind)(context, builder, array).data
    vector = ir.VectorType(float_of(kind.dtype), WIDTH)
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer()), vector


@primitive
def load(typing: Numba, array: Numba, index: Numba) -> Numba:
    """Return the 16 numbers of a flat array from an index on."""

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        pointer, _ = _address(context, builder, sig.args[0], *args)
        return builder.load(pointer, align=array.dtype.bitwidth // 8)

    return LanesType(array.dtype)(array, types.intp), emit


@primitive
def store(typing: Numba, array: Numba, index: Numba, value: Numba) -> Numba:
    """Write 16 numbers into a flat array from an index on."""

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        pointer, _ = _address(context, builder, sig.args[0], *args[:2])
        builder.store(args[2], pointer, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), emit


@primitive
def spread(typing: Numba, array: Numba, index: Numba) -> Numba:
    """Return one number of a flat array, 16 times."""

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        return splat(builder, builder.load(builder.gep(data, [args[1]])))

    return LanesType(array.dtype)(array, types.intp), emit


@primitive
def constant(typing: Numba, like: Numba, value: Numba) -> Numba:
    """Return a number 16 times, in the dtype of other lanes."""

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        return as_lanes(context, builder, args[1], sig.args[1], sig.args[0])

    return like(like, value), emit


@primitive
def select(typing: Numba, mask: Numba, yes: Numba, no: Numba) -> Numba:
    """Return `yes` where the mask holds and `no` elsewhere; one of them may be a scalar."""
    lanes = lanes_among((yes, no))

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        chosen = [
            as_lanes(context, builder, value, kind, lanes)
            for value, kind in zip(args[1:], sig.args[1:], strict=True)
        ]
        return builder.select(args[0], *chosen)

    return lanes(mask, yes, no), emit


@primitive
def first(typing: Numba, like: Numba, count: Numba) -> Numba:
    """Return a mask that holds for the first `count` lanes."""

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        vector = ir.VectorType(args[1].type, WIDTH)
        numbers = ir.Constant(vector, list(range(WIDTH)))
        return builder.icmp_signed("<", numbers, splat(builder, args[1]))

    return MASK(like, types.intp), emit


def _call(builder: Numba, name: str, kinds: Numba, *args: Numba) -> Numba:
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(kinds, [arg.type for arg in args]), name
    )
    return builder.call(function, args)


def _suffix(lanes: Numba) -> str:
    return f"v{WIDTH}f{lanes.scalar.bitwidth}"


@primitive
def fma(typing: Numba, a: Numba, b: Numba, c: Numba) -> Numba:
    """Return a * b + c, rounded once where the processor can do that."""
    lanes = lanes_among((a, b, c))

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        values = [
            as_lanes(context, builder, value, kind, lanes)
            for value, kind in zip(args, sig.args, strict=True)
        ]
        return _call(builder, f"llvm.fmuladd.{_suffix(lanes)}", values[0].type, *values)

    return lanes(a, b, c), emit


def _unary(name: str) -> Callable[..., Numba]:
    def declare(typing: Numba, value: Numba) -> Numba:
        def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
            return _call(builder, f"llvm.{name}.{_suffix(value)}", args[0].type, args[0])

        return value(value), emit

    return declare


@primitive
def absolute(typing: Numba, value: Numba) -> Numba:
    """Return |x|."""
    return _unary("fabs")(typing, value)


@primitive
def root(typing: Numba, value: Numba) -> Numba:
    """Return the square root."""
    return _unary("sqrt")(typing, value)


@primitive
def rounded(typing: Numba, value: Numba) -> Numba:
    """Return the nearest integers."""
    return _unary("rint")(typing, value)


@primitive
def with_sign(typing: Numba, size: Numba, sign: Numba) -> Numba:
    """Return |size| with the sign of `sign`."""

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        return _call(builder, f"llvm.copysign.{_suffix(size)}", args[0].type, *args)

    return size(size, sign), emit


@primitive
def power_of_two(typing: Numba, exponent: Numba) -> Numba:
    """Return 2 ** n in float32 for integers n from -126 to 127 given as floats."""

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        integers = ir.VectorType(ir.IntType(32), WIDTH)
        number = builder.fptosi(args[0], integers)
        biased = builder.add(number, ir.Constant(integers, [127] * WIDTH))
        return builder.bitcast(
            builder.shl(biased, ir.Constant(integers, [23] * WIDTH)), args[0].type
        )

    return exponent(exponent), emit


@primitive
def exponent_of(typing: Numba, value: Numba) -> Numba:
    """Return floor(log2(x)) of normal positive float32 numbers, as floats."""

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        integers = ir.VectorType(ir.IntType(32), WIDTH)
        bits = builder.bitcast(args[0], integers)
        biased = builder.lshr(bits, ir.Constant(integers, [23] * WIDTH))
        number = builder.sub(biased, ir.Constant(integers, [127] * WIDTH))
        return builder.sitofp(number, args[0].type)

    return value(value), emit


def _halves(builder: Numba, value: Numba, count: int) -> Numba:
    """Return the first half of a vector plus its second half."""
    indices = ir.VectorType(ir.IntType(32), count // 2)
    undefined = ir.Constant(value.type, ir.Undefined)
    low = ir.Constant(indices, list(range(count // 2)))
    high = ir.Constant(indices, list(range(count // 2, count)))
    return builder.fadd(
        builder.shuffle_vector(value, undefined, low),
        builder.shuffle_vector(value, undefined, high),
    )


@primitive
def total(typing: Numba, value: Numba) -> Numba:
    """Return the sum of the 16 numbers, added in halves."""

    def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
        vector, count = args[0], WIDTH
        while count > 1:
            vector, count = _halves(builder, vector, count), count // 2
        return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))

    return value.scalar(value), emit


def lane_by_lane(symbol: str) -> Numba:
    """Return an intrinsic that takes each number through a function of libm: exact, and slow."""

    @primitive
    def function(typing: Numba, value: Numba) -> Numba:
        def emit(context: Numba, builder: Numba, sig: Numba, args: Numba) -> Numba:
            scalar, result = args[0].type.element, args[0]
            name = symbol + ("f" if value.scalar == types.float32 else "")
            for lane in range(WIDTH):
                at = ir.Constant(ir.IntType(32), lane)
                answer = _call(builder, name, scalar, builder.extract_element(args[0], at))
                result = builder.insert_element(result, answer, at)
            return result

        return value(value), emit

    return function
