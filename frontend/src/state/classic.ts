/** Links of the classic playground (TensorFlow Playground and its forks), read as experiments. */

import type { Experiment } from "../wire/protocol";
import { controlsOf, numbersOf, ClassicWords } from "./classic-words";
import { complete } from "./experiment";
import { PLAIN, type PageOptions } from "./page-options";

/** What a classic link stands for here. */
export interface ClassicLink {
  readonly experiment: Experiment;
  readonly options: PageOptions;
  /** What could not be had, as one sentence; it is said once, where the link is opened. */
  readonly notice: string;
}

const ACTIVATIONS: Readonly<Record<string, string>> = {
  relu: "relu",
  tanh: "tanh",
  sigmoid: "sigmoid",
  linear: "linear",
  sine: "sine",
  mish: "mish",
  leakyRelu: "leaky_relu",
  lrelu: "leaky_relu",
  elu: "elu",
  softplus: "softplus",
  swish: "silu",
  silu: "silu",
  gelu: "gelu",
};
const DATASETS: Readonly<Record<string, string>> = {
  circle: "circle",
  xor: "xor",
  gauss: "gauss",
  spiral: "spiral",
};
const REGRESSION_DATASETS: Readonly<Record<string, string>> = {
  "reg-plane": "plane",
  "reg-gauss": "multi_gauss",
};
/** In the order of the classic's inputs. The classic itself knows cosX and cosY, and ignores them. */
const FEATURES: Readonly<Record<string, string>> = {
  x: "x1",
  y: "x2",
  xSquared: "x1_squared",
  ySquared: "x2_squared",
  xTimesY: "x1_x2",
  sinX: "sin_x1",
  sinY: "sin_x2",
  cosX: "cos_x1",
  cosY: "cos_x2",
};
const KEYS: ReadonlySet<string> = new Set([
  ...["activation", "regularization", "batchSize", "dataset", "regDataset", "learningRate"],
  ...["regularizationRate", "noise", "networkShape", "seed", "showTestData", "discretize"],
  ...["percTrainData", "collectStats", "problem", "initZero", "hideText", "tutorial"],
  ...Object.keys(FEATURES),
]);
const TITLES: Readonly<Record<string, string>> = {
  circle: "Circle",
  xor: "Exclusive or",
  gauss: "Two gaussians",
  spiral: "Spiral",
  plane: "Plane",
  multi_gauss: "Several gaussians",
};
const MOST_LAYERS = 8;
const MOST_NEURONS = 64;

/** Whether the part of an address behind the `#` is one that the classic playground wrote. */
export function isClassicHash(hash: string): boolean {
  if (hash.startsWith("#/")) return false;
  return ClassicWords.of(hash).names.some((name) => KEYS.has(name) || name.endsWith("_hide"));
}

/** Return the experiment of a classic link or its hash; null where it is none. */
export function readClassic(link: string): ClassicLink | null {
  const at = link.indexOf("#");
  const hash = at < 0 ? link.trim() : link.slice(at).trim();
  if (!isClassicHash(hash)) return null;
  const words = ClassicWords.of(hash);
  const experiment = complete({ ...partsOf(words), ...seedsOf(words) });
  return { experiment, options: optionsOf(words), notice: noticeOf(words, experiment) };
}

function partsOf(words: ClassicWords) {
  const isRegression = words.choice("problem", PROBLEMS, "classification") === "regression";
  // Both are read, so that a word that means nothing is told of where it matters only.
  const dataset = isRegression
    ? words.choice("regDataset", REGRESSION_DATASETS, "reg-plane")
    : words.choice("dataset", DATASETS, "circle");
  const numbers = numbersOf(words);
  const penalty = words.choice("regularization", PENALTIES, "none");
  return {
    title: TITLES[dataset] ?? "",
    dataset: {
      name: dataset,
      params: {
        samples: isRegression ? 1200 : 500,
        noise: numbers.noise,
        train_share: numbers.trainShare,
      },
    },
    model: { name: "mlp", params: modelOf(words) },
    task: { name: isRegression ? "regression" : "classification" },
    loss: { name: "squared" },
    optimizer: { name: "sgd", params: { learning_rate: numbers.learningRate } },
    training: {
      batch_size: numbers.batchSize,
      l1: penalty === "l1" ? numbers.penaltyRate : 0,
      l2: penalty === "l2" ? numbers.penaltyRate : 0,
    },
  };
}

const PROBLEMS = { classification: "classification", regression: "regression" };
const PENALTIES = { none: "none", L1: "l1", L2: "l2" };

function modelOf(words: ClassicWords) {
  return {
    features: featuresOf(words),
    layers: layersOf(words),
    activation: words.choice("activation", ACTIVATIONS, "tanh"),
    initialisation: words.flag("initZero", false) ? "zeros" : "uniform",
  };
}

/** A hidden feature is no input of the classic's network, whatever its own key says. */
function featuresOf(words: ClassicWords): string[] {
  const chosen = Object.entries(FEATURES)
    .filter(([key]) => words.flag(key, key === "x" || key === "y"))
    .filter(([key]) => !words.isHidden(key))
    .map(([, name]) => name);
  if (chosen.length > 0) return chosen;
  words.lose("a network needs a feature, so x1 is on");
  return ["x1"];
}

function layersOf(words: ClassicWords): number[] {
  const given = words.list("networkShape", [4, 2]);
  const neurons = given.map((count) => Math.round(count)).filter((count) => count >= 1);
  const layers = neurons.slice(0, MOST_LAYERS).map((count) => Math.min(count, MOST_NEURONS));
  if (layers.length < given.length) {
    words.lose(`the network has ${layers.length} of its ${given.length} hidden layers`);
  } else if (layers.some((count, index) => count !== neurons[index])) {
    words.lose(`a layer has ${MOST_NEURONS} neurons at most`);
  }
  return layers;
}

function seedsOf(words: ClassicWords) {
  const seed = seedOf(words.text("seed") ?? "");
  return { seed, data_seed: seed };
}

/** A decimal such as 0.45454 becomes 45454, any other text a number made of its letters (FNV-1a). */
export function seedOf(text: string): number {
  const digits = /^0?\.(\d{1,9})$/.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  if (text === "") return 0;
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 1;
}

function optionsOf(words: ClassicWords): PageOptions {
  const hide = [
    ...controlsOf(words),
    ...Object.entries(FEATURES).flatMap(([key, name]) => (words.isHidden(key) ? [name] : [])),
  ];
  return {
    ...PLAIN,
    hide: hide.length > 0 ? hide : null,
    test: words.flag("showTestData", false),
    discretize: words.flag("discretize", false),
    text: !words.flag("hideText", false),
  };
}

function noticeOf(words: ClassicWords, experiment: Experiment): string {
  if (words.choice("weightQuantization", { none: "none" }, "none") !== "none") {
    words.lose("weights are not rounded");
  }
  if (experiment.training.l1 > 0) {
    words.lose("a weight that L1 has brought to zero may move again");
  }
  const more = words.lost.map((sentence) => ` ${capital(sentence)}.`).join("");
  return `The experiment of a classic link, with points and first weights drawn anew.${more}`;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
