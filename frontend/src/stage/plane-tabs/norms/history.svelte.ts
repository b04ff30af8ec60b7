/** The norms of every layer as they came while somebody watched: a page keeps them, no server. */

import type { FigureFrame } from "../../../state/watch.svelte";

export const MEASURES = ["gradient", "weights", "update / weights", "dead", "saturated"] as const;
export type Measure = (typeof MEASURES)[number];

export interface LayerRow {
  readonly layer: string;
  /** By measure; null where it has no meaning for the layer. */
  readonly values: Readonly<Record<Measure, number | null>>;
}

const MOST = 1200;

export function rowsOf(frame: FigureFrame | null): readonly LayerRow[] {
  const figure = frame?.figures[0];
  if (figure?.type !== "table" || figure.title !== "Norms") return [];
  const place = (name: string): number => figure.columns.indexOf(name);
  return figure.rows.map((row) => ({
    layer: String(row[0]),
    values: Object.fromEntries(
      MEASURES.map((measure) => {
        const value = row[place(measure)];
        return [measure, typeof value === "number" ? value : null];
      }),
    ) as LayerRow["values"],
  }));
}

export class NormHistory {
  /** Counts the rows taken in, so that a chart knows when to draw. */
  version = $state(0);
  private run = -1;
  private steps: number[] = [];
  private rows: (readonly LayerRow[])[] = [];

  /** Take in figures; those of another run, or of a step that was taken back, begin anew. */
  add(frame: FigureFrame): void {
    const rows = rowsOf(frame);
    if (rows.length === 0) return;
    const last = this.steps.at(-1) ?? -1;
    if (frame.run !== this.run || frame.step < last) this.clear(frame.run);
    if (frame.step === this.steps.at(-1)) this.drop();
    this.steps.push(frame.step);
    this.rows.push(rows);
    if (this.steps.length > MOST) this.thin();
    this.version += 1;
  }

  /** How many rows there are. */
  get count(): number {
    return this.steps.length;
  }

  get from(): number | null {
    return this.steps[0] ?? null;
  }

  /** Steps and values of one measure of one layer; NaN where it has none. */
  line(layer: string, measure: Measure): { x: readonly number[]; y: readonly number[] } {
    const y = this.rows.map(
      (rows) => rows.find((row) => row.layer === layer)?.values[measure] ?? NaN,
    );
    return { x: this.steps, y };
  }

  private clear(run: number): void {
    this.run = run;
    this.steps = [];
    this.rows = [];
  }

  private drop(): void {
    this.steps.pop();
    this.rows.pop();
  }

  /** Half of them are enough: every other one goes, and the newest stays. */
  private thin(): void {
    const keep = (_: unknown, index: number): boolean => (this.steps.length - 1 - index) % 2 === 0;
    this.rows = this.rows.filter(keep);
    this.steps = this.steps.filter(keep);
  }
}
