/** What a picture's file says of itself, before a browser is let at it. */

export interface Claim {
  readonly format: "PNG" | "JPEG" | "GIF" | "BMP" | "WebP";
  readonly width: number;
  readonly height: number;
}

export const MOST_BYTES = 20_000_000;
const MOST_SIDE = 10_000;
const MOST_PIXELS = 50_000_000;

/** Return format and size as the header has them, or null where it is none that is known. */
export function claimOf(bytes: Uint8Array): Claim | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) {
      return { format: "PNG", width: view.getUint32(16), height: view.getUint32(20) };
    }
    if (startsWith(bytes, [0xff, 0xd8, 0xff])) return jpeg(view);
    if (text(bytes, 0, 4) === "GIF8") {
      return { format: "GIF", width: view.getUint16(6, true), height: view.getUint16(8, true) };
    }
    if (text(bytes, 0, 2) === "BM") {
      const height = Math.abs(view.getInt32(22, true));
      return { format: "BMP", width: view.getInt32(18, true), height };
    }
    if (text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP") return webp(bytes, view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // a header that ends too early
  }
  return null;
}

/** Return why a file is not read, in one sentence, or null where it may be. */
export function refusalOf(bytes: Uint8Array): string | null {
  if (bytes.length > MOST_BYTES) {
    return `The file has ${(bytes.length / 1e6).toFixed(1)} MB; at most 20 MB are read.`;
  }
  const claim = claimOf(bytes);
  if (claim === null) {
    const isSvg = text(bytes, 0, 4096).toLowerCase().includes("<svg");
    return isSvg
      ? "SVG is a drawing program, not a picture, and is not read: save it as PNG or JPEG."
      : "This file is no PNG, JPEG, WebP, GIF or BMP picture.";
  }
  const { format, width, height } = claim;
  if (width < 1 || height < 1) return `This ${format} picture says that it has no pixels.`;
  if (Math.max(width, height) > MOST_SIDE || width * height > MOST_PIXELS) {
    return `The picture has ${width} × ${height} pixels; at most 50 million are read, and 10 000 along an edge.`;
  }
  return null;
}

/** Size from the first frame header, SOF0 to SOF15. */
function jpeg(view: DataView): Claim | null {
  let at = 2;
  while (view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { format: "JPEG", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    const isBare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (marker === 0xff) at += 1;
    else at += isBare ? 2 : 2 + view.getUint16(at + 2);
  }
  return null;
}

function webp(bytes: Uint8Array, view: DataView): Claim | null {
  const three = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  switch (text(bytes, 12, 16)) {
    case "VP8X":
      return { format: "WebP", width: 1 + three(24), height: 1 + three(27) };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { format: "WebP", width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case "VP8 ": {
      const [width, height] = [view.getUint16(26, true), view.getUint16(28, true)];
      return { format: "WebP", width: width & 0x3fff, height: height & 0x3fff };
    }
    default:
      return null;
  }
}

function startsWith(bytes: Uint8Array, wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[index] === byte);
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
