/** A view that somebody looks at, and the newest figures of it. */

import { untrack } from "svelte";

import type { FrameData } from "../wire/frame";
import type { Figure, JsonValue, Problem, View } from "../wire/protocol";

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

  constructor(
    readonly view: WatchedView,
    private readonly release: (handle: WatchHandle) => void,
  ) {}

  close(): void {
    this.release(this);
  }
}

interface Watcher {
  watch(view: WatchedView): WatchHandle;
}

/**
 * Watch a view for as long as the component lives; call it while the component is set up.
 *
 * The view is a function, so that it may depend on reactive state; null watches nothing. While a
 * changed view is computed for the first time, the figures of the old one stay.
 */
export function useView(watcher: () => Watcher, view: () => WatchedView | null): LookedAt {
  const looked = new LookedAt();
  $effect(() => {
    const wanted = view();
    if (wanted === null) {
      looked.handle = null;
      return;
    }
    const handle = watcher().watch(wanted);
    looked.take(handle);
    return () => handle.close();
  });
  return looked;
}

/** What `useView` returns: the handle of the view as it is now, with the last figures seen. */
export class LookedAt {
  handle = $state.raw<WatchHandle | null>(null);
  private previous = $state.raw<FigureFrame | null>(null);

  /** Figures of the view, or of the view before it until the first of this one arrive. */
  get frame(): FigureFrame | null {
    return this.handle?.frame ?? (this.handle === null ? null : this.previous);
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

  take(handle: WatchHandle): void {
    untrack(() => (this.previous = this.frame));
    this.handle = handle;
  }
}
