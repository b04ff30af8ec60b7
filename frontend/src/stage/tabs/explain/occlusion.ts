/** Where the window lies that covers a part of the input. */

export interface Window {
  /** In pixels of the input. */
  readonly left: number;
  readonly top: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The window whose middle lies nearest to a place, given in shares of the width and height. */
export function windowAt(x: number, y: number, side: number, { width, height }: Size): Window {
  const start = (share: number, length: number): number =>
    Math.max(0, Math.min(length - side, Math.round(share * length - side / 2)));
  return { left: start(x, width), top: start(y, height) };
}
