/** Which views this browser watches: equal ones once, renewed after every reconnect. */

import type { FrameData } from "../wire/frame";
import type {
  FigureEvent,
  ProgressEvent,
  View,
  ViewerMessage,
  ViewProblemEvent,
  WatchingEvent,
} from "../wire/protocol";
import { WatchHandle, type FigureFrame, type WatchedView } from "./watch.svelte";

interface Subscription {
  readonly ref: string;
  readonly view: View;
  readonly handles: Set<WatchHandle>;
  key: string | null;
  frame: FigureFrame | null;
}

/** Scrubbing moves faster than past steps can be replayed: only where it rests is asked for. */
const REST_MS = 90;

export class Subscriptions {
  private readonly byRef = new Map<string, Subscription>();
  private readonly handles = new Set<WatchHandle>();
  /** Keys of all views that were watched: a word of their progress may come late. */
  private readonly seen = new Set<string>();
  private counter = 0;
  private at: View["at"] = "live";
  private slot = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: (message: ViewerMessage) => boolean,
    private readonly takesSlot: (inspector: string) => boolean,
    /** Stop what is being computed under a key. */
    private readonly stop: (key: string) => void,
  ) {}

  /** Look at a view; `anew` has it computed again, also where it is known or was stopped. */
  watch(view: WatchedView, anew = false): WatchHandle {
    const handle = new WatchHandle(view, this);
    this.handles.add(handle);
    this.join(handle, anew);
    return handle;
  }

  close(handle: WatchHandle): void {
    this.handles.delete(handle);
    this.leave(handle);
  }

  /** Look no longer, but keep what was seen, until something else is looked at. */
  cancel(handle: WatchHandle): void {
    if (handle.key !== null) this.stop(handle.key);
    this.leave(handle);
    handle.progress = null;
    handle.isCancelled = true;
  }

  /** Let every view that follows the timeline look at this step. */
  lookAt(at: View["at"]): void {
    this.at = at;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.moveAll(), at === "live" ? 0 : REST_MS);
  }

  /** Let every view of an input that does not name a slot look into this one. */
  lookInto(slot: number): void {
    this.slot = slot;
    this.moveAll();
  }

  /** The view that is meant: at the step and with the input that are looked at, if it names none. */
  resolved(view: WatchedView): View {
    const params = view.params ?? {};
    const follows = this.slot !== 0 && !("slot" in params) && this.takesSlot(view.inspector);
    return {
      inspector: view.inspector,
      params: follows ? { ...params, slot: this.slot } : params,
      at: view.at ?? this.at,
    };
  }

  /** Ask for everything again, on a new connection. */
  renew(): void {
    for (const { ref, view } of this.byRef.values()) this.send({ type: "watch", ref, view });
  }

  watching(event: WatchingEvent): void {
    const subscription = this.byRef.get(event.ref);
    if (subscription === undefined) return;
    subscription.key = event.key;
    if (event.key !== null) this.seen.add(event.key);
    for (const handle of subscription.handles) {
      handle.key = event.key;
      handle.problem = event.problem;
    }
  }

  figure(event: FigureEvent, data: FrameData): void {
    const { figures, run, step, final } = event;
    const frame = { figures, data, run, step, final, computeMs: event.compute_ms };
    for (const subscription of this.withKey(event.key)) {
      subscription.frame = frame;
      for (const handle of subscription.handles) {
        handle.frame = frame;
        handle.problem = null;
        if (final) handle.progress = null;
      }
    }
  }

  progress({ key, fraction, sentence }: ProgressEvent): void {
    for (const { handles } of this.withKey(key)) {
      for (const handle of handles) handle.progress = fraction < 1 ? { fraction, sentence } : null;
    }
  }

  refused(event: ViewProblemEvent): void {
    for (const { handles } of this.withKey(event.key)) {
      for (const handle of handles) {
        handle.problem = event.problem;
        handle.progress = null;
      }
    }
  }

  /** Whether a key is that of a view that this page watches, or watched a moment ago. */
  has(key: string): boolean {
    return this.seen.has(key);
  }

  private *withKey(key: string): Generator<Subscription, void> {
    for (const subscription of this.byRef.values())
      if (subscription.key === key) yield subscription;
  }

  private join(handle: WatchHandle, anew = false): void {
    handle.isCancelled = false;
    const view = this.resolved(handle.view);
    const ref = this.refOf(view);
    let subscription = this.byRef.get(ref);
    const isNew = subscription === undefined;
    subscription ??= { ref, view, handles: new Set(), key: null, frame: null };
    this.byRef.set(ref, subscription);
    if (isNew || anew) this.send({ type: "watch", ref, view, ...(anew ? { anew } : {}) });
    subscription.handles.add(handle);
    handle.key = subscription.key;
    if (subscription.frame !== null) handle.frame = subscription.frame;
  }

  private leave(handle: WatchHandle): void {
    for (const [ref, subscription] of this.byRef) {
      if (!subscription.handles.delete(handle) || subscription.handles.size > 0) continue;
      this.byRef.delete(ref);
      this.send({ type: "unwatch", ref });
    }
  }

  private moveAll(): void {
    for (const handle of this.handles) {
      if (this.byRef.get(this.refOf(this.resolved(handle.view)))?.handles.has(handle)) continue;
      this.leave(handle);
      this.join(handle);
    }
  }

  private refOf(view: View): string {
    const text = stable(view);
    for (const { ref, view: known } of this.byRef.values()) if (stable(known) === text) return ref;
    this.counter += 1;
    return `v${this.counter}`;
  }
}

function stable(view: View): string {
  const params = Object.entries(view.params).sort(([a], [b]) => a.localeCompare(b));
  return JSON.stringify([view.inspector, view.at, params]);
}
