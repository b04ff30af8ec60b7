/** An experiment and the changes made to it, as the server applies them. */

import type { Change, Edit, Experiment, JsonValue, Paint, Part } from "../wire/protocol";

/** The fields of an experiment that name a plugin; each is also the plugin's kind. */
export const PARTS = [
  "dataset",
  "model",
  "task",
  "loss",
  "optimizer",
  "schedule",
  "augmentation",
] as const;
export type PartKind = (typeof PARTS)[number];

const DEFAULTS: Omit<Experiment, "dataset" | "model"> = {
  version: 1,
  title: "",
  task: { name: "classification", params: {} },
  loss: { name: "cross_entropy", params: {} },
  optimizer: { name: "adam", params: {} },
  schedule: { name: "constant", params: {} },
  augmentation: { name: "none", params: {} },
  training: {
    batch_size: 16,
    l1: 0,
    l2: 0,
    device: "auto",
    threads: 1,
    engine: "auto",
    frozen: [],
    stop_epochs: 0,
    stop_loss: 0,
    patience: 0,
  },
  seed: 0,
  data_seed: 0,
};

type PartialPart = Pick<Part, "name"> & Partial<Part>;
/** An experiment as a person may write it: only data and model must be there. */
export type PartialExperiment = Partial<Omit<Experiment, PartKind | "training">> &
  Partial<Record<PartKind, PartialPart>> & {
    readonly dataset: PartialPart;
    readonly model: PartialPart;
    readonly training?: Partial<Experiment["training"]>;
  };

/** Return an experiment with everything that was left out filled in. */
export function complete(partial: PartialExperiment): Experiment {
  const whole = { ...DEFAULTS, ...partial };
  const parts = PARTS.map((kind) => {
    const { name, params = {} }: PartialPart = whole[kind];
    return [kind, { name, params }] as const;
  });
  const training = { ...DEFAULTS.training, ...partial.training };
  return { ...whole, ...(Object.fromEntries(parts) as Record<PartKind, Part>), training };
}

type Tree = Readonly<Record<string, JsonValue>>;

/** Return the experiment with the changes made. */
export function withChanges(experiment: Experiment, changes: readonly Change[]): Experiment {
  let tree = experiment as unknown as Tree;
  for (const change of changes) tree = placed(tree, change.path.split("."), change.value);
  return tree as unknown as Experiment;
}

/** Return the experiment as it stands after the edits. */
export function withEdits(experiment: Experiment, edits: readonly Edit[]): Experiment {
  for (const { action } of edits) experiment = after(experiment, action);
  return experiment;
}

function after(experiment: Experiment, action: Edit["action"]): Experiment {
  switch (action.type) {
    case "configure":
    case "reshape":
      return withChanges(experiment, action.changes);
    case "paint":
      return withChanges(experiment, [painted(experiment, action)]);
    case "set_weight":
    case "reinitialise":
      return experiment;
    default:
      return action satisfies never;
  }
}

/** The change of the own data set's points that a stroke makes. */
function painted(experiment: Experiment, { remove, add }: Paint): Change {
  const before = experiment.dataset.params["points"];
  const points: JsonValue[] = Array.isArray(before) ? [...before] : [];
  const places = [...new Set(remove)].filter((place) => place < points.length);
  const holes = places.sort((one, other) => one - other);
  for (const [index, point] of add.entries()) points[holes[index] ?? points.length] = point;
  for (const hole of holes.slice(add.length).reverse()) {
    const last = points.pop();
    if (last !== undefined && hole < points.length) points[hole] = last;
  }
  return { path: "dataset.params.points", value: points };
}

/** Return the value at a dotted path, if it is there. */
export function valueAt(experiment: Experiment, path: string): JsonValue | undefined {
  let node: JsonValue | undefined = experiment as unknown as Tree;
  for (const key of path.split(".")) node = isTree(node) ? node[key] : undefined;
  return node;
}

/** Return a part with one parameter changed. */
export function withParam(part: Part, name: string, value: JsonValue): Part {
  return { ...part, params: { ...part.params, [name]: value } };
}

function placed(tree: Tree, [key, ...rest]: string[], value: JsonValue): Tree {
  if (key === undefined) return tree;
  if (rest.length === 0) return { ...tree, [key]: value };
  const child = tree[key];
  return { ...tree, [key]: placed(isTree(child) ? child : {}, rest, value) };
}

function isTree(value: JsonValue | undefined): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
