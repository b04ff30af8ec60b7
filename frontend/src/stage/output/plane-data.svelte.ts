/** The points of the plane as they are shown: what the session told of, and what was just drawn. */

import type { Cloud } from "../../draw/scatter";
import { cloudOf } from "../../figures/read";
import { heldOutOf, keyOfPoint, ownPoints, type Point } from "../../state/points";
import type { PointsEditor } from "../../state/points.svelte";
import type { FrameData } from "../../wire/frame";
import type { Part, ScatterFigure } from "../../wire/protocol";

interface Source {
  /** The data set as it stands, while the present is looked at. */
  readonly dataset: Part | null;
  /** Whether points that are held out are shown. */
  readonly heldOut: boolean;
  readonly figure: ScatterFigure | null;
  readonly data: FrameData | null;
  readonly editor: PointsEditor;
}

export class PlaneData {
  constructor(private readonly source: () => Source) {}

  readonly regression = $derived.by(() => {
    const { figure } = this.source();
    return figure !== null && figure.values !== null;
  });

  /** Own points are in the experiment, which changes with every stroke, before any map does. */
  private readonly own = $derived.by(() => {
    const { dataset, heldOut } = this.source();
    return dataset === null ? null : cloudOfOwn(dataset, heldOut);
  });

  private readonly base = $derived.by((): Cloud | null => {
    const { figure, data } = this.source();
    if (this.own !== null) return { ...this.own, valueRange: figure?.value_range ?? null };
    return figure === null || data === null ? null : cloudOf(figure, data);
  });

  /** The same one by one. */
  readonly all = $derived.by((): readonly Point[] =>
    this.base === null ? [] : pointsOfCloud(this.base),
  );

  /** The same, while somebody draws. */
  readonly told = $derived.by((): readonly Point[] | null => {
    const { editor } = this.source();
    const touched = editor.drawing || editor.added.length + editor.removed.size > 0;
    return touched && this.base !== null ? this.all : null;
  });

  /** What the pen can touch. */
  readonly points = $derived.by((): readonly Point[] => {
    const { editor } = this.source();
    const here = (this.told ?? []).filter((point) => !editor.removed.has(keyOfPoint(point)));
    return [...here, ...editor.added];
  });

  readonly cloud = $derived.by((): Cloud | null => {
    const { editor } = this.source();
    const { base } = this;
    if (base === null || editor.added.length + editor.removed.size === 0) return base;
    return withStrokes(base, this.told ?? [], editor);
  });
}

export function pointsOfCloud(cloud: Cloud): Point[] {
  const targets = cloud.values ?? cloud.labels;
  return Array.from({ length: cloud.points.length / cloud.dimensions }, (_, index) => [
    cloud.points[index * cloud.dimensions] ?? 0,
    cloud.points[index * cloud.dimensions + 1] ?? 0,
    targets[index] ?? 0,
  ]);
}

function cloudOfOwn(dataset: Part, showsHeldOut: boolean): Cloud | null {
  const all = ownPoints(dataset);
  if (all === null) return null;
  const marks = heldOutOf(all.length, Number(dataset.params["train_share"] ?? 0.5));
  const shown = all.filter((_, index) => showsHeldOut || !marks[index]);
  const targets = shown.map(([, , target]) => target);
  const values = dataset.params["values"] === true;
  return {
    points: shown.flatMap(([x1, x2]) => [x1, x2]),
    dimensions: 2,
    labels: values ? targets.map(() => 0) : targets,
    heldOut: marks.filter((mark) => showsHeldOut || !mark).map(Number),
    values: values ? targets : null,
  };
}

function withStrokes(base: Cloud, told: readonly Point[], editor: PointsEditor): Cloud {
  const kept = told
    .map((point, index) => ({ point, heldOut: base.heldOut?.[index] ?? 0 }))
    .filter(({ point }) => !editor.removed.has(keyOfPoint(point)));
  // What was just drawn lies on top; whether it is held out, the session will say.
  const all = [...kept, ...editor.added.map((point) => ({ point, heldOut: 0 }))];
  const targets = all.map(({ point }) => point[2]);
  return {
    points: all.flatMap(({ point }) => [point[0], point[1]]),
    dimensions: 2,
    labels: base.values ? targets.map(() => 0) : targets,
    heldOut: all.map(({ heldOut }) => heldOut),
    values: base.values ? targets : null,
    valueRange: base.valueRange ?? null,
  };
}
