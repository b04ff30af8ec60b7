/** Which features a network in the plane starts from, and how that is changed. */

import { paramsOf, pluginOf } from "../state/catalog.svelte";
import { notices } from "../state/notices.svelte";
import { fieldsOf } from "../state/schema";
import type { SessionState } from "../state/session.svelte";
import { asProblem } from "../wire/problem";

export class FeatureChoice {
  constructor(private readonly session: () => SessionState) {}

  private readonly card = $derived.by(() => {
    const { catalog, experiment } = this.session();
    return experiment && pluginOf(catalog, "model", experiment.model.name);
  });
  private readonly field = $derived(
    this.card && fieldsOf(this.card.parameters).find(({ widget }) => widget === "features"),
  );
  /** All there are, in their order; none where the model has no such choice. */
  readonly options = $derived<readonly string[]>(
    this.field?.kind === "flags" ? this.field.options : [],
  );
  readonly chosen = $derived.by((): ReadonlySet<unknown> => {
    const { experiment } = this.session();
    if (!this.card || !this.field || !experiment) return new Set();
    const value = paramsOf(this.card, experiment.model)[this.field.name];
    return new Set(Array.isArray(value) ? value : []);
  });

  /** Whether it is the only one: a network needs something to start from. */
  isLast(name: string): boolean {
    return this.chosen.size === 1 && this.chosen.has(name);
  }

  toggle(name: string): void {
    if (this.isLast(name)) return notices.tell("A network needs at least one feature.");
    const next = this.options.filter((option) => this.chosen.has(option) !== (option === name));
    const session = this.session();
    session
      .change([{ path: `model.params.${this.field?.name}`, value: next }], {
        keep: session.keepsWeights,
      })
      .catch((error: unknown) => notices.tell(asProblem(error).sentence));
  }
}
