/** Which channels of which layer a tab shows: it follows the layer that is selected on the stage. */

import type { SessionState } from "../../state/session.svelte";
import { layersOf } from "./layers";

/** A layer, and some of its channels from the `first` on: go through them by `Pager`. */
export class ChannelChoice {
  readonly layers = $derived.by(() => layersOf(this.session().model, ["conv", "linear", "output"]));
  private readonly card = $derived.by(
    () =>
      this.layers.find(({ path }) => path === this.session().selectedLayer) ??
      this.layers.findLast(({ kind }) => kind === "conv") ??
      this.layers[0],
  );
  /** Path of the layer. */
  readonly layer = $derived(this.card?.path ?? "");
  /** How many channels it has. */
  readonly total = $derived(this.card?.output_shape[0] ?? 1);
  private wanted = $state(0);
  readonly first = $derived(this.wanted < this.total ? this.wanted : 0);

  constructor(private readonly session: () => SessionState) {}

  choose(path: string): void {
    this.session().selectedLayer = path;
    this.wanted = 0;
  }

  move(first: number): void {
    this.wanted = first;
  }
}
