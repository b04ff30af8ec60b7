/** Drawing points while it trains: shown at once, sent in merged strokes, taken back one by one. */

import { asProblem } from "../wire/problem";
import type { Command, Experiment } from "../wire/protocol";
import { notices } from "./notices.svelte";
import {
  FEWEST_POINTS,
  inDataOrder,
  isApart,
  keyOfPoint,
  ownPoints,
  placesOf,
  type Point,
} from "./points";
import type { SessionState } from "./session.svelte";

/** About ten strokes a second are sent at most; what is drawn meanwhile goes with the next. */
const PAUSE_MS = 100;
/** How long to wait for the session's word on a stroke that it has accepted. */
const SETTLED_MS = 2_000;
const LOOK_MS = 25;

interface Stroke {
  added: Point[];
  removed: Point[];
}

export type Tool = "draw" | "erase";
/** What the editor needs of a session. */
export type Paintable = Pick<SessionState, "experiment"> & {
  ask(command: Command): Promise<void>;
};

export class PointsEditor {
  /** Whether the plot takes points. */
  drawing = $state(false);
  tool = $state<Tool>("draw");
  /** Class and value that the next point gets. */
  label = $state(0);
  value = $state(1);
  /** Drawn, and not yet in the data that the session shows. */
  added = $state.raw<readonly Point[]>([]);
  /** Taken away, and still in the data that the session shows. */
  removed = $state.raw<ReadonlySet<string>>(new Set());
  strokes = $state.raw<readonly Stroke[]>([]);

  /** How many more points are needed before anything can be trained on them. */
  lacking = $state(0);

  /** All points the session shows now, where it shows them all; asked when they are needed. */
  source: (() => readonly Point[]) | null = null;

  private waiting: Stroke = { added: [], removed: [] };
  private shown: readonly Point[] = [];
  private busy = false;

  constructor(private readonly session: Paintable) {}

  /** Begin a stroke: what comes until the next one is undone together. */
  begin(): void {
    this.strokes = [...this.strokes.slice(-99), { added: [], removed: [] }];
  }

  /** Go on with a stroke, unless its last point is too close. */
  extend(point: Point): void {
    if (isApart(this.strokes.at(-1)?.added.at(-1), point)) this.add(point);
  }

  add(point: Point): void {
    this.strokes.at(-1)?.added.push(point);
    this.put(point);
  }

  remove(point: Point): void {
    const stroke = this.strokes.at(-1);
    const drawn = stroke?.added.indexOf(point) ?? -1;
    if (drawn >= 0) stroke?.added.splice(drawn, 1);
    else stroke?.removed.push(point);
    this.take(point);
  }

  /** The pointer was lifted; a stroke that did nothing is none. */
  end(): void {
    const last = this.strokes.at(-1);
    if (last?.added.length === 0 && last.removed.length === 0) {
      this.strokes = this.strokes.slice(0, -1);
    }
  }

  /** Take the last stroke back. */
  undo(): void {
    const last = this.strokes.at(-1);
    if (last === undefined) return;
    this.strokes = this.strokes.slice(0, -1);
    for (const point of last.added) this.take(point);
    for (const point of last.removed) this.put(point);
  }

  /** Take all points away: training goes on with those before until there are enough new ones. */
  clear(): void {
    this.begin();
    const kept = this.order().filter((point) => !this.removed.has(keyOfPoint(point)));
    this.strokes.at(-1)?.removed.push(...kept);
    this.strokes.at(-1)?.removed.push(...this.added);
    this.waiting.removed.push(...kept);
    this.removed = new Set([...this.removed, ...kept.map(keyOfPoint)]);
    for (const point of this.added) this.take(point);
    void this.work();
  }

  /** Hear which points the session shows now, training points first, so that none is shown twice. */
  sees(points: readonly Point[]): void {
    this.shown = points;
    if (this.added.length === 0 && this.removed.size === 0) return;
    const keys = new Set(points.map(keyOfPoint));
    const added = this.added.filter((point) => !keys.has(keyOfPoint(point)));
    const removed = [...this.removed].filter((key) => keys.has(key));
    if (added.length !== this.added.length) this.added = added;
    if (removed.length !== this.removed.size) this.removed = new Set(removed);
  }

  /** Forget strokes that cannot be undone any more, since the data are others. */
  forget(): void {
    this.strokes = [];
    this.waiting = { added: [], removed: [] };
    this.added = [];
    this.removed = new Set();
    this.lacking = 0;
  }

  private put(point: Point): void {
    const unsent = this.waiting.removed.indexOf(point);
    if (unsent >= 0) {
      this.waiting.removed.splice(unsent, 1);
      this.removed = without(this.removed, [point]);
      this.lacking = 0;
      return;
    }
    this.waiting.added.push(point);
    this.added = [...this.added, point];
    void this.work();
  }

  private take(point: Point): void {
    const unsent = this.waiting.added.indexOf(point);
    this.added = this.added.filter((other) => other !== point);
    if (unsent >= 0) {
      this.waiting.added.splice(unsent, 1);
      return;
    }
    this.waiting.removed.push(point);
    this.removed = new Set([...this.removed, keyOfPoint(point)]);
    void this.work();
  }

  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    while (this.waiting.added.length + this.waiting.removed.length > 0 && this.suffices()) {
      const stroke = this.waiting;
      this.waiting = { added: [], removed: [] };
      try {
        await this.send(stroke);
      } catch (error) {
        this.forget();
        notices.tell(asProblem(error).sentence);
      }
    }
    this.busy = false;
  }

  private async send(stroke: Stroke): Promise<void> {
    const remove = placesOf(stroke.removed, this.order());
    const add = stroke.added.map(([x1, x2, target]): [number, number, number] => [x1, x2, target]);
    if (remove.length + add.length > 0) {
      await this.session.ask({ type: "paint", remove, add });
      await this.settled(stroke);
    }
    await pause(PAUSE_MS);
    this.drop(stroke);
  }

  /** Whether enough points are left for training; else what was done waits for more of them. */
  private suffices(): boolean {
    const { added, removed } = this.waiting;
    const order = this.order();
    const left = order.length - placesOf(removed, order).length + added.length;
    this.lacking = Math.max(0, FEWEST_POINTS - left);
    return this.lacking === 0;
  }

  /** The data in the order that a command's indices mean. */
  private order(): readonly Point[] {
    const { experiment } = this.session;
    return (experiment === null ? null : inDataOrder(experiment.dataset)) ?? this.shown;
  }

  /** Wait until the experiment has the stroke in it, since the next one counts from there. */
  private async settled(stroke: Stroke): Promise<void> {
    for (let waited = 0; waited < SETTLED_MS; waited += LOOK_MS) {
      const { experiment } = this.session;
      if (experiment !== null && holds(experiment, stroke)) return;
      await pause(LOOK_MS);
    }
  }

  /** What was told of long ago is in the data now, or it never will be. */
  private drop(stroke: Stroke): void {
    setTimeout(() => {
      this.added = this.added.filter((point) => !stroke.added.includes(point));
      this.removed = without(this.removed, stroke.removed);
    }, SETTLED_MS);
  }
}

function holds(experiment: Experiment, { added, removed }: Stroke): boolean {
  const points = ownPoints(experiment.dataset);
  if (points === null) return false;
  return placesOf(added, points).length === added.length && placesOf(removed, points).length === 0;
}

function without(keys: ReadonlySet<string>, points: readonly Point[]): Set<string> {
  const gone = new Set(points.map(keyOfPoint));
  return new Set([...keys].filter((key) => !gone.has(key)));
}

function pause(wait_ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, wait_ms));
}

const editors = new WeakMap<SessionState, PointsEditor>();

/** The one editor of a session, which the data panel and the plot share. */
export function editorOf(session: SessionState): PointsEditor {
  let editor = editors.get(session);
  if (editor === undefined) editors.set(session, (editor = new PointsEditor(session)));
  return editor;
}
