import { expect, it } from "vitest";

import { claimOf, refusalOf } from "./sniff";

const letters = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));

function png(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, ...letters("IHDR")]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

it("reads the size that a header claims", () => {
  expect(claimOf(png(640, 480))).toEqual({ format: "PNG", width: 640, height: 480 });
  const app = [0xff, 0xe0, 0, 4, 1, 2];
  const frame = [0xff, 0xc2, 0, 11, 8, 0, 90, 1, 0, 3];
  const jpeg = Uint8Array.from([0xff, 0xd8, ...app, ...frame]);
  expect(claimOf(jpeg)).toEqual({ format: "JPEG", width: 256, height: 90 });
  const gif = Uint8Array.from([...letters("GIF89a"), 10, 0, 20, 0]);
  expect(claimOf(gif)).toEqual({ format: "GIF", width: 10, height: 20 });
  const bmp = Uint8Array.from([...letters("BM"), ...Array<number>(16).fill(0), 7, 0, 0, 0]);
  expect(claimOf(Uint8Array.from([...bmp, 0xfb, 0xff, 0xff, 0xff]))).toEqual({
    format: "BMP",
    width: 7,
    height: 5,
  });
  const webp = [...letters("RIFF"), 0, 0, 0, 0, ...letters("WEBPVP8X"), 0, 0, 0, 0, 0, 0, 0, 0];
  expect(claimOf(Uint8Array.from([...webp, 63, 0, 0, 31, 0, 0]))).toEqual({
    format: "WebP",
    width: 64,
    height: 32,
  });
});

it("refuses what is no picture, is too large or ends too early, with a sentence", () => {
  expect(refusalOf(png(28, 28))).toBeNull();
  expect(refusalOf(png(30_000, 30_000))).toContain("30000 × 30000 pixels");
  expect(refusalOf(png(0, 5))).toContain("no pixels");
  expect(refusalOf(png(9_000, 9_000))).toContain("50 million");
  expect(refusalOf(png(5, 5).slice(0, 18))).toContain("no PNG");
  expect(refusalOf(Uint8Array.from(letters("<?xml ?>\n<SVG></SVG>")))).toContain("SVG");
  expect(refusalOf(Uint8Array.from(letters("hello")))).toContain("no PNG");
  expect(refusalOf(new Uint8Array(20_000_001))).toContain("20.0 MB");
  expect(refusalOf(Uint8Array.from([0xff, 0xd8, 0xff]))).toContain("no PNG");
});
