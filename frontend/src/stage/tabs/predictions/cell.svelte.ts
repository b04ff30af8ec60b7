/** Which cell of the confusion matrix is looked at: kept with the session, tab open or not. */

import type { SessionState } from "../../../state/session.svelte";

class ChosenCell {
  /** The true class; null for all of them. */
  truth = $state<number | null>(null);
  /** The class that was said; null for all of them. */
  said = $state<number | null>(null);

  choose(truth: number | null, said: number | null): void {
    this.truth = truth;
    this.said = said;
  }
}

const cells = new WeakMap<SessionState, ChosenCell>();

export function chosenCell(session: SessionState): ChosenCell {
  const known = cells.get(session) ?? new ChosenCell();
  cells.set(session, known);
  return known;
}
