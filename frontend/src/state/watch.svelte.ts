/** A view that somebody looks at, and the newest figures of it. */

import { untrack } from "svelte";

import type { FrameData } from "../wire/frame";
import type { Figure, JsonValue, Problem, View } from "../wire/protocol";
import type { Freshness } from "./freshness.svelte";

/** Figures as they came, with the arrays they refer to. */
export interface FigureFrame {
  readonly figures: readonly Figure[];
  readonly data: FrameData;
  readonly run: number;
  readonly step: number;
  readonly final: boolean;
  readonly computeMs: number;
}

/** A view to watch; without `at` it follows the session's `at`, and so the timeline. */
export interface WatchedView {
  readonly inspector: string;
  readonly params?: Readonly<Record<string, JsonValue>>;
  readonly at?: View["at"];
}

export interface WatchProgress {
  readonly fraction: number;
  readonly sentence: string;
}

/** One looking at a view; equal views share one subscription. Close it when done. */
export class WatchHandle {
  /** The newest figures, null until the first arrive; kept while the link is down. */
  frame = $state.raw<FigureFrame | null>(null);
  /** The server's key of the view, null until it answered. */
  key = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Of a long inspection; null when none is going on. */
  progress = $state.raw<WatchProgress | null>(null);
  /** Stopped by hand: nothing more comes until something else is looked at. */
  isCancelled = $state(false);

  constructor(
    readonly view: WatchedView,
    private readonly owner: Owner,
  ) {}

  close(): void {
    this.owner.close(this);
  }

  /**
   * Stop the work on it; what came stays. A view that is live would begin again by itself, so it is
   * left too.
   */
  cancel(): void {
    this.owner.cancel(this);
  }
}

/** Who keeps a handle supplied. */
interface Owner {
  close(handle: WatchHandle): void;
  cancel(handle: WatchHandle): void;
}

interface Watcher {
  /** Without it every figure counts as one of now. */
  readonly freshness?: Freshness;
  watch(view: WatchedView, anew?: boolean): WatchHandle;
}

/**
 * Watch a view for as long as the component lives; call it while the component is set up.
 *
 * The view is a function, so that it may depend on reactive state; null watches nothing. While a
 * changed view is computed for the first time, the figures of the old one stay.
 */
export function useView(watcher: () => Watcher, view: () => WatchedView | null): LookedAt {
  const looked = new LookedAt(() => watcher().freshness);
  let asked = 0;
  $effect(() => {
    const wanted = view();
    const anew = looked.asked > asked;
    asked = looked.asked;
    if (wanted === null) {
      looked.handle = null;
      return;
    }
    const handle = watcher().watch(wanted, anew);
    looked.take(handle);
    return () => handle.close();
  });
  return looked;
}

/** What `useView` returns: the handle of the view as it is now, with the last figures seen. */
export class LookedAt {
  handle = $state.raw<WatchHandle | null>(null);
  /** How often it was asked for again. */
  asked = $state(0);
  private previous = $state.raw<FigureFrame | null>(null);

  constructor(private readonly freshness: () => Freshness | undefined) {}

  /**
   * Figures of the view, or of the view before it until the first of this one arrive; none of a
   * network or of data that were others.
   */
  get frame(): FigureFrame | null {
    return this.handle === null ? null : this.fitting(this.handle.frame ?? this.previous);
  }

  /** Figures of this very view, whatever was seen before. */
  get own(): FigureFrame | null {
    return this.fitting(this.handle?.frame ?? null);
  }

  /** What is seen is of a run before the one that goes on: it is out of date. */
  get isOld(): boolean {
    return this.frame !== null && this.frame.run < (this.freshness()?.current ?? 0);
  }

  get key(): string | null {
    return this.handle?.key ?? null;
  }

  get problem(): Problem | null {
    return this.handle?.problem ?? null;
  }

  get progress(): WatchProgress | null {
    return this.handle?.progress ?? null;
  }

  /** Cancelled: what is seen may be a part of it, and stays as it is. */
  get isCancelled(): boolean {
    return this.handle?.isCancelled ?? false;
  }

  cancel(): void {
    this.handle?.cancel();
  }

  /** Have it computed anew, with the weights as they are by then. */
  again(): void {
    this.asked += 1;
  }

  take(handle: WatchHandle): void {
    untrack(() => (this.previous = this.frame));
    this.handle = handle;
  }

  private fitting(frame: FigureFrame | null): FigureFrame | null {
    return frame !== null && frame.run < (this.freshness()?.fitting ?? 0) ? null : frame;
  }
}
