/** Which figures are of the network that is there now: every figure says of which run it is. */

import type { DataCard, ModelCard } from "../wire/protocol";

/** So long the figures of the run before may stand as they are: most views are renewed by then. */
const GRACE_MS = 300;

export class Freshness {
  /** Figures of runs before this one are out of date. */
  current = $state(0);
  /** Figures of runs before this one are of other layers or classes, and mean nothing here. */
  fitting = $state(0);
  private run = 0;
  private shapedIn = 0;
  private shape = "";
  private waiting: ReturnType<typeof setTimeout> | undefined;

  /** A run goes on, or another one began. */
  enter(run: number): void {
    if (run === this.run) return;
    this.run = run;
    clearTimeout(this.waiting);
    // One that was gone back to: nothing is known to be older.
    if (run < this.current) this.settle();
    else this.waiting = setTimeout(() => this.settle(), GRACE_MS);
  }

  /** What a run works with. */
  know(run: number, model: ModelCard, data: DataCard): void {
    const shape = shapeOf(model, data);
    if (shape !== this.shape || run < this.shapedIn) this.shapedIn = run;
    this.shape = shape;
    this.enter(run);
  }

  private settle(): void {
    this.current = this.run;
    this.fitting = this.shapedIn;
  }
}

/** Equal for runs whose figures have the same rows, columns and layers. */
function shapeOf(model: ModelCard, data: DataCard): string {
  const layers = model.layers.map(({ path, output_shape }) => [path, output_shape]);
  return JSON.stringify([data.kind, data.shape, data.classes, layers]);
}
