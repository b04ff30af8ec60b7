/** How a session's page is to be shown: as words in its address, for a link that a class opens. */

/** What a link may say of the page besides which session it shows. */
export interface PageOptions {
  /** Names of controls that are not shown; null where the link says nothing of them. */
  readonly hide: readonly string[] | null;
  /** Whether held-out points are drawn; null leaves it as it is. */
  readonly test: boolean | null;
  /** Whether the output shows the decision only; null leaves it as it is. */
  readonly discretize: boolean | null;
  /** Whether titles and prose are shown. */
  readonly text: boolean;
}

export const PLAIN: PageOptions = { hide: null, test: null, discretize: null, text: true };

/** A control that can be hidden, by the name that `hidden()` takes. */
export interface Control {
  readonly name: string;
  readonly label: string;
}

export interface ControlGroup {
  readonly label: string;
  readonly controls: readonly Control[];
}

/** What the share dialog offers to hide; any other field of a form can be hidden by its name. */
export const CONTROLS: readonly ControlGroup[] = [
  group("Data", {
    dataset: "Which data set",
    noise: "Noise",
    samples: "Number of points",
    train_share: "Train share",
    batch_size: "Batch size",
    new_data: "New data",
    paint: "Own points",
  }),
  group("Network", {
    features: "Features",
    layers: "Layers and neurons",
    activation: "Activation",
    initialisation: "Initialisation",
    scaling: "Input scaling",
    dropout: "Dropout",
    weights: "Weights by hand",
  }),
  group("Training", {
    problem: "Problem type",
    loss: "Loss",
    optimizer: "Optimizer",
    learning_rate: "Learning rate",
    schedule: "Schedule",
    regularisation: "Regularisation",
    regularisation_rate: "Regularisation rate",
    stop: "Stop conditions",
    device: "Device and seeds",
  }),
  group("Buttons", {
    reset: "Reset",
    run: "Run",
    step: "Step",
    speed: "Speed",
    share: "Share",
    code: "Code",
    timeline: "Timeline",
  }),
  group("Output", { test: "Test data", discretize: "Discretize" }),
];

function group(label: string, controls: Readonly<Record<string, string>>): ControlGroup {
  return {
    label,
    controls: Object.entries(controls).map(([name, text]) => ({ name, label: text })),
  };
}

/** Return the options as the part of an address behind the question mark; empty where plain. */
export function encodeOptions(options: PageOptions): string {
  const words: string[] = [];
  if (options.hide !== null) words.push(`hide=${options.hide.map(encodeURIComponent).join(",")}`);
  if (options.test !== null) words.push(`test=${Number(options.test)}`);
  if (options.discretize !== null) words.push(`discretize=${Number(options.discretize)}`);
  if (!options.text) words.push("text=0");
  return words.join("&");
}

/** Return the options that a query stands for; what it does not know it passes over. */
export function decodeOptions(query: string): PageOptions {
  const words = new URLSearchParams(query);
  const hide = words.get("hide");
  return {
    hide: hide === null ? null : hide.split(",").filter((name) => /^[\w.]{1,64}$/.test(name)),
    test: flag(words.get("test")),
    discretize: flag(words.get("discretize")),
    text: flag(words.get("text")) !== false,
  };
}

function flag(word: string | null): boolean | null {
  if (word === "1" || word === "true") return true;
  return word === "0" || word === "false" ? false : null;
}
