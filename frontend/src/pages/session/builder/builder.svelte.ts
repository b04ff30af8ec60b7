/** A network that is being put together: its layers, what may be undone, what the server says. */

import type { SessionState } from "../../../state/session.svelte";
import { asProblem } from "../../../wire/problem";
import type {
  CheckedLayer,
  CheckedModel,
  Experiment,
  JsonValue,
  Part,
  Problem,
} from "../../../wire/protocol";
import { rest } from "../../../wire/rest";
import {
  chainOf,
  duplicated,
  edited,
  freshName,
  inserted,
  MOST_LAYERS,
  moved,
  placeOf,
  removed,
  same,
  stemOf,
  type Chain,
  type Layer,
} from "./chain";

const MODEL = "sequential";
const MOST_UNDONE = 100;
/** As long as a key is repeated, the server is left alone. */
const CALM_MS = 100;

export class Builder {
  chain = $state.raw<Chain>([]);
  /** What the server said last, of this list or of one a moment ago. */
  checked = $state.raw<CheckedModel | null>(null);
  /** Why there is nothing to begin from, or why a change was not taken over. */
  refusal = $state.raw<Problem | null>(null);
  /** What was done, for everybody and for those who listen instead of looking. */
  status = $state("");
  ready = $state(false);
  busy = $state(false);

  private past = $state.raw<readonly Chain[]>([]);
  private future = $state.raw<readonly Chain[]>([]);
  private applied = $state.raw<Chain | null>(null);
  /** The list that `checked` speaks of. */
  private answered = $state.raw<Chain | null>(null);
  private others: Readonly<Record<string, JsonValue>> = {};
  private readonly used = new Set<string>();
  private lastEdit = "";
  private asking = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly session: SessionState) {}

  /** The layer that does not fit, by its place from 0; null if all do or nothing is known. */
  readonly misfit = $derived(placeOf(this.checked?.problem?.field));
  readonly canUndo = $derived(this.past.length > 0);
  readonly canRedo = $derived(this.future.length > 0);
  readonly full = $derived(this.chain.length >= MOST_LAYERS);
  /** Whether the server has looked at the list as it stands. */
  readonly settled = $derived(this.answered === this.chain);
  readonly changed = $derived(this.applied === null || !same(this.applied, this.chain));
  readonly canApply = $derived(
    this.ready && !this.busy && this.settled && this.checked?.problem === null && this.changed,
  );
  readonly json = $derived(JSON.stringify(this.chain, null, 2));

  /** Begin from the model of the session, as far as it is a list of layers. */
  async begin(): Promise<void> {
    const { experiment } = this.session;
    if (experiment === null) return;
    const own = experiment.model.name === MODEL;
    await this.beginFrom(experiment.model, own ? "" : experiment.model.name);
  }

  /** Begin from a small network, whatever the session trains. */
  async beginSmall(): Promise<void> {
    await this.beginFrom({ name: MODEL, params: {} }, "a small network");
  }

  what(layer: Layer): CheckedLayer | null {
    return this.checked?.layers.find(({ name }) => name === layer.name) ?? null;
  }

  problemAt(place: number): Problem | null {
    return this.misfit === place ? (this.checked?.problem ?? null) : null;
  }

  // Changes, each of which can be undone.

  add(type: string, place: number): string {
    const name = this.fresh({ type });
    this.take(inserted(this.chain, { type, name }, place));
    this.status = `${name} is layer ${place + 1} of ${this.chain.length}.`;
    return name;
  }

  remove(name: string): void {
    this.take(removed(this.chain, name));
    this.status = `${name} is taken away.`;
  }

  duplicate(name: string): void {
    const layer = this.chain.find((each) => each.name === name);
    if (layer === undefined || this.full) return;
    const fresh = this.fresh(layer);
    this.take(duplicated(this.chain, name, fresh));
    this.status = `${fresh} is a copy of ${name}.`;
  }

  move(name: string, place: number): void {
    const after = moved(this.chain, name, place);
    if (after === this.chain) return;
    this.take(after);
    const number = after.findIndex((layer) => layer.name === name) + 1;
    this.status = `${name} is now layer ${number} of ${after.length}.`;
  }

  edit(name: string, setting: string, value: JsonValue): void {
    this.take(edited(this.chain, name, setting, value), `${name} ${setting}`);
  }

  undo(): void {
    const before = this.past.at(-1);
    if (before === undefined) return;
    this.past = this.past.slice(0, -1);
    this.future = [...this.future, this.chain];
    this.show(before);
    this.status = "Undone.";
  }

  redo(): void {
    const after = this.future.at(-1);
    if (after === undefined) return;
    this.future = this.future.slice(0, -1);
    this.past = [...this.past, this.chain];
    this.show(after);
    this.status = "Done again.";
  }

  /** Train this network: with the weights that fit, or from the first step on. */
  async apply(keep: boolean): Promise<void> {
    if (!this.canApply) return;
    const { chain } = this;
    this.busy = true;
    this.refusal = null;
    try {
      await this.session.change([{ path: "model", value: this.part(chain) }], { keep });
      this.applied = chain;
      this.status = keep ? "Weights that fit were kept." : "Applied as a new run.";
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.busy = false;
    }
  }

  // Inside.

  private async beginFrom(model: Part, from: string): Promise<void> {
    this.refusal = null;
    try {
      const checked = await this.check(model);
      const chain = chainOf(checked.chain?.params?.["layers"]);
      if (chain === null) {
        this.refusal = checked.no_chain ?? checked.problem;
        return;
      }
      const { layers: _, ...others } = checked.chain?.params ?? {};
      this.others = others;
      for (const { name } of chain) this.used.add(name);
      this.applied = from === "" ? chain : null;
      this.past = this.future = [];
      this.show(chain);
      this.ready = true;
      this.status = from === "" ? "" : `Begun from ${from}.`;
    } catch (error) {
      this.refusal = asProblem(error);
    }
  }

  private fresh(layer: { type: string; [setting: string]: JsonValue }): string {
    const name = freshName(stemOf(layer), this.used);
    this.used.add(name);
    return name;
  }

  /** Take a changed list over; typing into one setting is one thing to undo. */
  private take(chain: Chain, edit = ""): void {
    if (edit === "" || edit !== this.lastEdit || this.past.length === 0) {
      this.past = [...this.past, this.chain].slice(-MOST_UNDONE);
    }
    this.future = [];
    this.show(chain);
    this.lastEdit = edit;
  }

  private show(chain: Chain): void {
    this.chain = chain;
    this.lastEdit = "";
    this.refusal = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), this.checked === null ? 0 : CALM_MS);
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    while (this.answered !== this.chain && this.refusal === null) {
      const { chain } = this;
      try {
        this.checked = await this.check(this.part(chain));
        this.answered = chain;
      } catch (error) {
        this.refusal = asProblem(error);
      }
    }
    this.asking = false;
  }

  private part(chain: Chain): { name: string; params: Record<string, JsonValue> } {
    return { name: MODEL, params: { ...this.others, layers: [...chain] } };
  }

  private check(model: Part): Promise<CheckedModel> {
    const { data, experiment } = this.session;
    return rest.check({
      type: "check_model",
      model,
      loss: (experiment as Experiment).loss,
      kind: data?.kind ?? "images",
      shape: data?.shape ?? [],
      classes: data?.classes.length ?? 0,
    });
  }
}
