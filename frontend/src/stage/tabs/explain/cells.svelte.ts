/** What the grid's cells look at: live, or once until asked again. */

import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";

import type { Tile } from "../../../draw/tile";
import { tilesOf } from "../../../figures/read";
import type { SessionState } from "../../../state/session.svelte";
import {
  useView,
  type FigureFrame,
  type LookedAt,
  type WatchedView,
} from "../../../state/watch.svelte";
import { besideField } from "../../../wire/problem";
import type { Figure, Problem } from "../../../wire/protocol";
import type { Column } from "./columns";
import { limitOf, scoresOf, type Placed, type ScoreMap } from "./scale";
import { answers, isEarlier, isOpen, type Moment } from "./upkeep";

interface Wish {
  readonly session: () => SessionState;
  readonly view: () => WatchedView | null;
  /** Computed once, and again when asked; not all the time. */
  readonly once: () => boolean;
  /** Begin by itself, also when what it looks at changes. */
  readonly eager: boolean;
}

/** A view that is live, or computed once: create it while a component is set up. */
export class Look {
  private readonly looked: LookedAt;
  private readonly wish: Wish;
  private armed = $state(false);
  /** Cancelled: what is seen is not, or not all of, what was asked for. */
  private stopped = $state(false);
  private kept = $state.raw<FigureFrame | null>(null);
  private refused = $state.raw<Problem | null>(null);
  /** When it was asked for: figures from then on count. */
  private asked: Moment = { run: 0, step: 0 };

  constructor(wish: Wish) {
    this.wish = wish;
    const text = $derived.by(() => {
      const view = wish.view();
      return view === null ? "" : JSON.stringify(view);
    });
    const input = $derived.by(() => {
      const { slot } = (wish.view()?.params ?? {}) as { slot?: number };
      return JSON.stringify(wish.session().inputs[String(slot ?? 0)] ?? null);
    });
    // Of its own, so that the view is not left and taken up again whenever a part of it changes.
    const open = $derived(text !== "" && this.isOpen);
    this.looked = useView(wish.session, () => (open ? (JSON.parse(text) as WatchedView) : null));
    $effect(() => {
      void [text, input, wish.session().run, wish.session().at];
      untrack(() => this.meet());
    });
    $effect(() => this.collect());
  }

  /** The newest figures there are. */
  get frame(): FigureFrame | null {
    if (!this.wish.once()) return this.looked.frame;
    const { fitting } = this.wish.session().freshness;
    const kept = this.kept !== null && this.kept.run >= fitting ? this.kept : null;
    return this.looked.own ?? kept;
  }

  get problem(): Problem | null {
    return this.looked.problem ?? this.refused;
  }

  /** What is wrong, as it is said where the method and its arguments stand. */
  get said(): string | null {
    return this.problem === null ? null : besideField(this.problem);
  }

  get progress() {
    return this.looked.progress;
  }

  get key(): string | null {
    return this.looked.key;
  }

  /** Whether something is computed that was asked for, or that follows by itself. */
  get busy(): boolean {
    if (!this.wish.once()) return false;
    if (this.armed) return true;
    const { frame, progress } = this.looked;
    return this.isOpen && (progress !== null || frame?.final === false);
  }

  /** Whether a newer one can be asked for: training has gone on since. */
  get isOld(): boolean {
    return this.frame !== null && isEarlier(this.frame, this.shown);
  }

  /** Whether what is seen is of another run, and so of other weights altogether. */
  get isForeign(): boolean {
    return this.frame !== null && this.frame.run < this.wish.session().freshness.current;
  }

  /** Whether it was computed to its end, and not cancelled on the way. */
  get isWhole(): boolean {
    return !this.stopped && this.frame?.final === true;
  }

  /** Compute it now, also where it is known or was cancelled. */
  compute(): void {
    this.begin();
    this.looked.again();
  }

  cancel(): void {
    this.looked.cancel();
    this.stopped = true;
    this.disarm();
  }

  private get isOpen(): boolean {
    if (!this.wish.once()) return true;
    const running = this.wish.session().phase === "running";
    return isOpen({ armed: this.armed, stopped: this.stopped, eager: this.wish.eager, running });
  }

  private get shown(): Moment {
    const { run, shownStep } = this.wish.session();
    return { run, step: shownStep };
  }

  /** What it looks at has changed. */
  private meet(): void {
    if (!this.wish.once()) return;
    if (this.wish.eager) this.begin();
    else {
      this.disarm();
      this.kept = null;
    }
  }

  private begin(): void {
    this.armed = true;
    this.stopped = false;
    this.refused = null;
    this.asked = this.shown;
  }

  private collect(): void {
    const frame = this.looked.handle?.frame ?? null;
    const problem = this.looked.problem;
    if (!this.wish.once()) return;
    untrack(() => {
      if (frame !== null) this.kept = frame;
      if (problem !== null) {
        this.refused = problem;
        this.disarm();
      } else if (frame?.final === true && answers(frame, this.asked, this.shown)) {
        this.refused = null;
        this.disarm();
      }
    });
  }

  private disarm(): void {
    this.armed = false;
  }
}

/** One cell of the grid: the map of one method for one input. */
export class Cell {
  readonly figure = $derived.by((): Figure | null => this.look.frame?.figures[0] ?? null);
  readonly facts = $derived<Figure["facts"]>(this.figure?.facts ?? {});
  readonly warnings = $derived<readonly string[]>(this.figure?.warnings ?? []);
  /** The raw scores at the method's own resolution. */
  readonly raw = $derived.by((): ScoreMap | null => {
    const figure = this.look.frame?.figures[1];
    if (figure?.type !== "heatmap" || this.look.frame === null) return null;
    const [height = 1, width = 1] = figure.values.shape;
    const values = this.look.frame.data.array(figure.values);
    return { values, width, height, scale: figure.scale };
  });
  /** The same, enlarged to the size of the input where it is coarser. */
  readonly whole = $derived.by((): ScoreMap | null => {
    const { figure } = this;
    if (figure?.type !== "images" || this.look.frame === null) return this.raw;
    const [tile] = tilesOf(figure.images, this.look.frame.data);
    if (tile === undefined) return null;
    const { width, height } = tile.raster;
    return this.raw?.width === width && this.raw.height === height ? this.raw : scoresOf(tile);
  });
  /** The score at which its colours are full, by itself. */
  readonly limit = $derived.by(() =>
    this.whole === null ? 0 : limitOf(this.whole.values, this.contrast()),
  );
  /** The input's true class, empty where that is unknown. */
  readonly truth = $derived(String(this.facts["true class"] ?? ""));
  readonly input = $derived.by((): Tile | null => {
    const { figure } = this;
    if (figure?.type !== "images" || figure.underlay === null || this.look.frame === null)
      return null;
    return tilesOf(figure.underlay, this.look.frame.data)[0] ?? null;
  });

  constructor(
    readonly look: Look,
    readonly slot: number,
    private readonly of: () => Column,
    readonly view: () => WatchedView,
    private readonly contrast: () => number,
  ) {}

  get column(): Column {
    return this.of();
  }

  /** What is painted: at the method's own resolution, or the input's. */
  get map(): ScoreMap | null {
    return this.column.native ? this.raw : this.whole;
  }
}

/** All cells that stand in the grid, so that they can share a scale and be looked at more closely. */
export class Cells {
  readonly all = new SvelteMap<string, Cell>();
  /** Limits kept while the scale is fixed. */
  private readonly fixed = new SvelteMap<string, number>();
  /** Of the sum of all sizes, the share that the colours cover. */
  contrast = $state(0.98);

  readonly placed = $derived.by((): readonly Placed[] =>
    [...this.all.values()]
      .filter(({ whole }) => whole !== null)
      .map(({ slot, column, limit }) => ({ row: slot, column: column.id, limit })),
  );

  static keyOf(slot: number, column: string): string {
    return `${slot}:${column}`;
  }

  /** Take a cell in for as long as its component lives. */
  join(key: string, cell: Cell): () => void {
    this.all.set(key, cell);
    return () => this.all.delete(key);
  }

  /** From now on every map keeps the limit that it has now, or gets first. */
  fix(): void {
    this.fixed.clear();
    for (const [key, { whole, limit }] of this.all) if (whole !== null) this.fixed.set(key, limit);
  }

  fixedLimit(key: string): number | undefined {
    return this.fixed.get(key);
  }

  /** Keep the limit of a map that came after the scale was fixed. */
  keep(key: string, limit: number): void {
    if (!this.fixed.has(key)) this.fixed.set(key, limit);
  }
}
