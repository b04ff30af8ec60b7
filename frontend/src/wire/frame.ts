/** A frame is one binary message: u32 header length, JSON header, padding, arrays (8-aligned). */

import type { ArrayRef } from "./protocol";

export type NumberArray = Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;

const ALIGNMENT = 8;

/** The bytes are not a frame; the text says what is wrong with them. */
export class FrameError extends Error {}

/** The arrays of one frame, as views of the received bytes. */
export class FrameData {
  /** Data without any arrays, for figures that carry none. */
  static readonly empty = new FrameData(new ArrayBuffer(0), 0);

  constructor(
    private readonly buffer: ArrayBuffer,
    private readonly start: number,
  ) {}

  /** Return the numbers of one array, row-major, without copying (only f2 is converted). */
  array(ref: ArrayRef): NumberArray {
    const length = ref.shape.reduce((product, size) => product * size, 1);
    const offset = this.start + ref.offset;
    if (offset + length * BYTES[ref.dtype] > this.buffer.byteLength) {
      throw new FrameError(`array of shape ${ref.shape.join("x")} lies outside the frame`);
    }
    switch (ref.dtype) {
      case "u1":
        return new Uint8Array(this.buffer, offset, length);
      case "u2":
        return new Uint16Array(this.buffer, offset, length);
      case "i4":
        return new Int32Array(this.buffer, offset, length);
      case "f2":
        return halves(new Uint16Array(this.buffer, offset, length));
      case "f4":
        return new Float32Array(this.buffer, offset, length);
      case "f8":
        return new Float64Array(this.buffer, offset, length);
      default:
        return ref.dtype satisfies never;
    }
  }
}

const BYTES = { u1: 1, u2: 2, i4: 4, f2: 2, f4: 4, f8: 8 } as const;

/** Split a frame into its message and its arrays. */
export function decodeFrame<T>(buffer: ArrayBuffer): { message: T; data: FrameData } {
  if (buffer.byteLength < 4) throw new FrameError("frame is shorter than its length field");
  const length = new DataView(buffer).getUint32(0, true);
  if (4 + length > buffer.byteLength) {
    throw new FrameError(`header of ${length} bytes does not fit a frame of ${buffer.byteLength}`);
  }
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
  const start = Math.ceil((4 + length) / ALIGNMENT) * ALIGNMENT;
  return { message: JSON.parse(text) as T, data: new FrameData(buffer, start) };
}

/** Return half-precision numbers as single precision, for browsers without Float16Array. */
function halves(source: Uint16Array): Float32Array {
  const result = new Float32Array(source.length);
  source.forEach((bits, index) => (result[index] = half(bits)));
  return result;
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
