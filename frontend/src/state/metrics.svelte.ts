/** The metric rows of a run, by column, in arrays that grow. */

import type { FrameData } from "../wire/frame";
import type { MetricColumns, Row } from "../wire/protocol";

const FIRST_CAPACITY = 1024;

/** Growing columns; `version` is the only reactive part, so read it before drawing. */
export class MetricTable {
  /** Goes up whenever a row was added or changed. */
  version = $state(0);
  private count = 0;
  private stepStore = new Float64Array(FIRST_CAPACITY);
  private epochStore = new Float64Array(FIRST_CAPACITY);
  private stores = new Map<string, Float32Array>();

  get length(): number {
    return this.count;
  }

  /** Steps of the rows, ascending; a view, valid until rows are added. */
  get steps(): Float64Array {
    return this.stepStore.subarray(0, this.count);
  }

  get epochs(): Float64Array {
    return this.epochStore.subarray(0, this.count);
  }

  get names(): string[] {
    return [...this.stores.keys()];
  }

  /** Values of one column, NaN where a row has none; null where the column does not exist. */
  column(name: string): Float32Array | null {
    return this.stores.get(name)?.subarray(0, this.count) ?? null;
  }

  /** The newest finite value of a column at or before a step. */
  latest(name: string, step = Infinity): number | null {
    const row = this.latestRow(name, step);
    return row < 0 ? null : (this.column(name)?.[row] ?? null);
  }

  /** The step of that value. */
  latestStep(name: string, step = Infinity): number | null {
    return this.stepStore[this.latestRow(name, step)] ?? null;
  }

  private latestRow(name: string, step: number): number {
    const values = this.column(name);
    if (values === null) return -1;
    let row = this.rowAtOrBefore(step);
    while (row >= 0 && !Number.isFinite(values[row] ?? NaN)) row -= 1;
    return row;
  }

  /** The epoch of the newest row at or before a step. */
  epochAt(step: number): number {
    return this.epochStore[this.rowAtOrBefore(step)] ?? 0;
  }

  /** Take the rows of a snapshot in place of everything. */
  replace(columns: MetricColumns, data: FrameData): void {
    this.clear();
    const steps = data.array(columns.steps);
    this.reserve(steps.length);
    this.count = steps.length;
    this.stepStore.set(steps);
    this.epochStore.set(data.array(columns.epochs));
    for (const [name, ref] of Object.entries(columns.columns)) {
      this.store(name).set(data.array(ref));
    }
  }

  clear(): void {
    this.count = 0;
    this.stores.clear();
    this.version += 1;
  }

  /** Forget the rows after a step. */
  truncate(step: number): void {
    this.count = this.rowAtOrBefore(step) + 1;
    this.version += 1;
  }

  /** Add rows; a row for a step that is known adds its values to it. */
  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const at = this.rowFor(row.step);
      this.epochStore[at] = row.epoch;
      for (const [name, value] of Object.entries(row.values)) this.store(name)[at] = value;
    }
    if (rows.length > 0) this.version += 1;
  }

  private rowFor(step: number): number {
    const before = this.rowAtOrBefore(step);
    if (before >= 0 && this.stepStore[before] === step) return before;
    this.reserve(this.count + 1);
    const at = before + 1;
    const all = [this.stepStore, this.epochStore, ...this.stores.values()];
    for (const store of all) store.copyWithin(at + 1, at, this.count);
    for (const store of this.stores.values()) store[at] = NaN;
    this.stepStore[at] = step;
    this.count += 1;
    return at;
  }

  private rowAtOrBefore(step: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.stepStore[middle] ?? Infinity) <= step) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private store(name: string): Float32Array {
    let store = this.stores.get(name);
    if (store === undefined) {
      store = new Float32Array(this.stepStore.length).fill(NaN);
      this.stores.set(name, store);
    }
    return store;
  }

  private reserve(rows: number): void {
    if (rows <= this.stepStore.length) return;
    const capacity = Math.max(rows, this.stepStore.length * 2);
    this.stepStore = grown(this.stepStore, new Float64Array(capacity));
    this.epochStore = grown(this.epochStore, new Float64Array(capacity));
    for (const [name, store] of this.stores) {
      this.stores.set(name, grown(store, new Float32Array(capacity).fill(NaN)));
    }
  }
}

function grown<T extends Float32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
