/** What changes together when the data become others: the task, and a loss that can do it. */

import type { Catalog, Change, Experiment, JsonValue, Part, PluginCard } from "../wire/protocol";
import { pluginOf } from "./catalog.svelte";
import { asClasses, asValues, ownPoints, type Point } from "./points";

/** What the targets are; data sets and losses carry these words as tags. */
export type Target = "classes" | "values";

export const PROBLEMS: readonly {
  readonly target: Target;
  readonly title: string;
  readonly task: string;
  readonly loss: string;
  readonly dataset: string;
}[] = [
  {
    ...{ target: "classes", title: "Classification", task: "classification" },
    ...{ loss: "cross_entropy", dataset: "circle" },
  },
  {
    ...{ target: "values", title: "Regression", task: "regression" },
    ...{ loss: "squared", dataset: "plane" },
  },
];

export function targetOf(experiment: Experiment): Target {
  return experiment.task.name === "regression" ? "values" : "classes";
}

/** Whether a plugin can do with such targets; one that does not say so can do with classes. */
export function takes(card: PluginCard, target: Target): boolean {
  const says = card.tags.includes("classes") || card.tags.includes("values");
  return says ? card.tags.includes(target) : target === "classes";
}

/** Return task and loss for a new experiment on a data set that has only one kind of target. */
export function partsFor(dataset: PluginCard | null): Pick<Partial<Experiment>, "task" | "loss"> {
  const problem = PROBLEMS.find(({ target }) => dataset === null || takes(dataset, target));
  if (problem === undefined || problem.target === "classes") return {};
  return {
    task: { name: problem.task, params: {} },
    loss: { name: problem.loss, params: {} },
  };
}

/** Return what to change so that the experiment learns these data, all of it in one edit. */
export function changesFor(
  catalog: Catalog,
  experiment: Experiment,
  dataset: Part,
  target: Target,
): Change[] {
  const changes: Change[] = [{ path: "dataset", value: asJson(dataset) }];
  const problem = PROBLEMS.find((each) => each.target === target);
  if (problem === undefined) return changes;
  if (targetOf(experiment) !== target) {
    changes.push({ path: "task", value: { name: problem.task, params: {} } });
  }
  const loss = pluginOf(catalog, "loss", experiment.loss.name);
  if (loss === null || !takes(loss, target)) {
    changes.push({ path: "loss", value: { name: problem.loss, params: {} } });
  }
  return changes;
}

/** Return own points as a part of an experiment. */
export function ownPart(
  points: readonly Point[],
  target: Target,
  classes: number,
  before: Part,
): Part {
  const share = before.params["train_share"];
  return {
    name: "own",
    params: {
      points: points.map(([x1, x2, value]) => [x1, x2, value]),
      ...(target === "values" ? { values: true } : { classes: Math.max(2, classes) }),
      ...(share === undefined ? {} : { train_share: share }),
    },
  };
}

/** Return own points for the other kind of problem: classes as values, or values as two classes. */
export function ownPartFor(target: Target, dataset: Part): Part | null {
  const points = ownPoints(dataset);
  if (points === null) return null;
  const classes = Number(dataset.params["classes"] ?? 2);
  return target === "values"
    ? ownPart(asValues(points, classes), target, 0, dataset)
    : ownPart(asClasses(points), target, 2, dataset);
}

function asJson({ name, params }: Part): JsonValue {
  return { name, params };
}
