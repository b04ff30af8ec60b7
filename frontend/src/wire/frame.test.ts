import { describe, expect, it } from "vitest";

import { decodeFrame, FrameError } from "./frame";
import type { ArrayRef } from "./protocol";

/** Lay a frame out as backend/lantern/protocol/frame.py does. */
function frameOf(
  header: object,
  arrays: readonly (readonly [number, ArrayBufferView])[],
): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((4 + text.length) / 8) * 8;
  const size = Math.max(0, ...arrays.map(([offset, array]) => offset + array.byteLength));
  const buffer = new ArrayBuffer(start + size);
  new DataView(buffer).setUint32(0, text.length, true);
  new Uint8Array(buffer, 4).set(text);
  for (const [offset, array] of arrays) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    new Uint8Array(buffer, start + offset).set(bytes);
  }
  return buffer;
}

const ref = (dtype: ArrayRef["dtype"], shape: number[], offset: number): ArrayRef => ({
  dtype,
  shape,
  offset,
});

describe("decodeFrame", () => {
  it("returns the header and views of the arrays, without copying", () => {
    const buffer = frameOf({ type: "figure", key: "é" }, [
      [0, Uint8Array.of(1, 2, 3)],
      [8, Float32Array.of(0.5, -1)],
      [16, Float64Array.of(Math.PI)],
    ]);
    const { message, data } = decodeFrame<{ key: string }>(buffer);
    expect(message.key).toBe("é");
    expect([...data.array(ref("u1", [3], 0))]).toEqual([1, 2, 3]);
    expect([...data.array(ref("f4", [1, 2], 8))]).toEqual([0.5, -1]);
    expect([...data.array(ref("f8", [1], 16))]).toEqual([Math.PI]);
    expect(data.array(ref("u1", [3], 0)).buffer).toBe(buffer);
  });

  it("converts half precision", () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00, 0x7e00);
    const { data } = decodeFrame(frameOf({}, [[0, halves]]));
    expect([...data.array(ref("f2", [5], 0))]).toEqual([1, -2, 2 ** -24, Infinity, NaN]);
  });

  it("refuses what is no frame, and arrays outside of it", () => {
    expect(() => decodeFrame(new ArrayBuffer(2))).toThrow(FrameError);
    const long = new ArrayBuffer(8);
    new DataView(long).setUint32(0, 100, true);
    expect(() => decodeFrame(long)).toThrow(FrameError);
    const { data } = decodeFrame(frameOf({}, [[0, Uint8Array.of(1)]]));
    expect(() => data.array(ref("f4", [9], 0))).toThrow(FrameError);
  });
});
