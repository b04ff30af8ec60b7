/** A part of a picture that stays the same from frame to frame, painted once and then copied. */

export interface Look {
  /** Whatever the part depends on, but for long rows of numbers. */
  readonly key: string;
  readonly numbers: readonly (ArrayLike<number> | null)[];
}

/** Off screen, of the size of the canvas it is for; painting many small marks costs more. */
export class Layer {
  #look: Look | null = null;
  #canvas: HTMLCanvasElement | null = null;

  /** Paint the part, by `painter` if it looks other than before. */
  paint(
    ctx: CanvasRenderingContext2D,
    look: Look,
    painter: (ctx: CanvasRenderingContext2D) => void,
  ): void {
    const { width, height } = ctx.canvas;
    const canvas = (this.#canvas ??= document.createElement("canvas"));
    const own = canvas.getContext("2d");
    if (own === null) {
      painter(ctx);
      return;
    }
    const fits = canvas.width === width && canvas.height === height;
    if (!fits || this.#look === null || !isSame(this.#look, look)) {
      [canvas.width, canvas.height] = [width, height]; // clears it as well
      own.setTransform(ctx.getTransform());
      painter(own);
      this.#look = look;
    }
    ctx.save();
    ctx.resetTransform();
    ctx.drawImage(canvas, 0, 0);
    ctx.restore();
  }
}

export function isSame(one: Look, other: Look): boolean {
  return (
    one.key === other.key &&
    one.numbers.length === other.numbers.length &&
    one.numbers.every((row, index) => areEqual(row, other.numbers[index] ?? null))
  );
}

function areEqual(one: ArrayLike<number> | null, other: ArrayLike<number> | null): boolean {
  if (one === other) return true;
  if (one === null || other === null || one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}
