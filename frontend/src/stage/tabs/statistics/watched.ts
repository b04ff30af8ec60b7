/** What the statistics of a session were while their tab was open: kept with the session. */

import type { SessionState } from "../../../state/session.svelte";
import type { FigureFrame } from "../../../state/watch.svelte";
import { History, type Kept } from "./kept.svelte";
import { distributionsOf, numbersOf, type Distributions, type LayerNumbers } from "./read";

export class Statistics {
  /** Mean, deviation, dead and saturated. */
  readonly outputs = new History<LayerNumbers>();
  readonly activations = new History<Distributions>();
  /** Lengths of gradients, weights and steps. */
  readonly norms = new History<LayerNumbers>();
  readonly weights = new History<Distributions>();

  private get all(): readonly History<unknown>[] {
    return [this.outputs, this.activations, this.norms, this.weights];
  }

  /** Take in whatever figures came. */
  add(frame: FigureFrame): void {
    const { run, step } = frame;
    const numbers = numbersOf(frame, "Layer statistics");
    if (numbers !== null) this.outputs.add(run, step, numbers);
    const norms = numbersOf(frame, "Norms");
    if (norms !== null) this.norms.add(run, step, norms);
    const activations = distributionsOf(frame, "Activations");
    if (activations !== null) this.activations.add(run, step, activations);
    const weights = distributionsOf(frame, "Weights");
    if (weights !== null) this.weights.add(run, step, weights);
  }

  /** Nobody looks at them now. */
  pause(): void {
    for (const history of this.all) history.pause();
  }
}

/**
 * What was kept up to a step of the past, and the figures of that step, which may be computed only
 * now: there is one column at least, once they came.
 */
export function upTo<K extends Exclude<keyof Statistics, "add" | "pause">>(
  own: Statistics[K],
  at: number,
  frame: FigureFrame | null,
  from: K,
): readonly Kept<LayerNumbers | Distributions>[] {
  const before = own.entries.filter(({ step }) => step < at);
  if (frame === null) return before;
  const alone = new Statistics();
  alone.add(frame);
  const now = alone[from].entries.filter(({ step }) => step === at);
  return [...before, ...now.map((entry) => ({ ...entry, begins: before.length === 0 }))];
}

const kept = new WeakMap<SessionState, Statistics>();

export function statisticsOf(session: SessionState): Statistics {
  const known = kept.get(session) ?? new Statistics();
  kept.set(session, known);
  return known;
}
