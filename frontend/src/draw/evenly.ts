/**
 * Rows as means over stretches of equal length.
 *
 * A row holds the mean of the steps since the row before it, and rows become rarer as a run goes on:
 * each step up to 1 000, then every tenth, every hundredth. Drawn as they are, the noise of single
 * steps would seem to end at step 1 000.
 */

export interface Even {
  /** The last step of each stretch. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Steps of a stretch. */
  readonly length: number;
}

const DENSE_UNTIL = 1000;

/** Steps from one row to the next around a step, as the worker writes them. */
export function spacingAt(step: number): number {
  return step < DENSE_UNTIL ? 1 : 10 ** (String(Math.floor(step)).length - 3);
}

/** The finite values of rows at ascending steps, all of them over stretches as long as the last. */
export function evenly(steps: ArrayLike<number>, values: ArrayLike<number>): Even {
  const length = spacingAt(steps[steps.length - 1] ?? 0);
  if (length === 1) return { x: steps, y: values, length };
  const x: number[] = [];
  const y: number[] = [];
  let sum = 0;
  let count = 0;
  let end = length;
  const close = (): void => {
    if (count > 0) {
      x.push(end);
      y.push(sum / count);
    }
    sum = count = 0;
  };
  for (let row = 0; row < steps.length; row += 1) {
    const value = values[row] ?? NaN;
    const step = steps[row] ?? 0;
    if (!Number.isFinite(value) || step <= 0) continue;
    if (step > end) {
      close();
      end = Math.ceil(step / length) * length;
    }
    sum += value;
    count += 1;
  }
  if ((steps[steps.length - 1] ?? 0) >= end) close(); // a stretch that is not over is not drawn
  return { x, y, length };
}

/** How much of what was before stays in a smoothed curve: means of ten steps and more are smooth. */
export function smoothingOf({ length }: Even): number {
  return length === 1 ? 0.92 : 0.8;
}
