/** The words of a classic link, `key=value&key=value`, with the classic's own rules for reading them. */

/** The classic's names of controls and ours, for `<control>_hide=true`. */
const CONTROLS: Readonly<Record<string, string>> = {
  showTestData: "test",
  discretize: "discretize",
  playButton: "run",
  stepButton: "step",
  resetButton: "reset",
  learningRate: "learning_rate",
  activation: "activation",
  regularization: "regularisation",
  regularizationRate: "regularisation_rate",
  problem: "problem",
  dataset: "dataset",
  percTrainData: "train_share",
  noise: "noise",
  batchSize: "batch_size",
  numHiddenLayers: "layers",
};
const HIDE = "_hide";

/** Reads words as `state.ts` of TensorFlow Playground does, and collects what cannot be had. */
export class ClassicWords {
  /** What cannot be had, each as a clause. */
  readonly lost: string[] = [];

  private constructor(private readonly words: ReadonlyMap<string, string>) {}

  /** The words of a hash; of one that stands there twice the last counts. */
  static of(hash: string): ClassicWords {
    const pairs = hash
      .replace(/^#/, "")
      .replaceAll("&amp;", "&")
      .split("&")
      .filter((pair) => pair.includes("="))
      .map((pair): [string, string] => {
        const [name = "", value = ""] = pair.split("=");
        return [name.trim(), plain(value).trim()];
      });
    return new ClassicWords(new Map(pairs));
  }

  get names(): readonly string[] {
    return [...this.words.keys()];
  }

  lose(clause: string): void {
    if (!this.lost.includes(clause)) this.lost.push(clause);
  }

  /** A word, null where it is left out or empty. */
  text(name: string): string | null {
    return this.words.get(name) || null;
  }

  /** What a word stands for in a table; the default's value where it is left out or unknown. */
  choice<T extends string>(name: string, table: Readonly<Record<string, T>>, usual: string): T {
    const word = this.text(name);
    const chosen = word !== null && Object.hasOwn(table, word) ? table[word] : undefined;
    if (chosen !== undefined) return chosen;
    if (word !== null) this.lose(`${name} ${JSON.stringify(word)} is ${usual} here`);
    // The default is in the table: both are written down side by side.
    return table[usual] as T;
  }

  /** A number, brought between two bounds. */
  number(name: string, usual: number, low: number, high: number): number {
    const word = this.text(name);
    if (word === null) return usual;
    const given = Number(word);
    if (!Number.isFinite(given)) {
      this.lose(`${name} ${JSON.stringify(word)} is ${usual} here`);
      return usual;
    }
    const kept = Math.min(high, Math.max(low, given));
    if (kept !== given) this.lose(`${name} ${given} is ${kept} here`);
    return kept;
  }

  /** Anything but `false` is true. */
  flag(name: string, usual: boolean): boolean {
    const word = this.text(name);
    return word === null ? usual : word !== "false";
  }

  /** Numbers with commas in between; none where the word is there and empty. */
  list(name: string, usual: readonly number[]): readonly number[] {
    const word = this.words.get(name);
    if (word === undefined) return usual;
    return word === "" ? [] : word.split(",").map(Number);
  }

  /** Only `true` hides. */
  isHidden(control: string): boolean {
    return this.words.get(control + HIDE) === "true";
  }
}

/** Return the numbers of a link, in our units. */
export function numbersOf(words: ClassicWords) {
  return {
    learningRate: words.number("learningRate", 0.03, 1e-5, 10),
    penaltyRate: words.number("regularizationRate", 0, 0, 10),
    noise: words.number("noise", 0, 0, 50) / 100,
    trainShare: words.number("percTrainData", 50, 10, 90) / 100,
    batchSize: Math.round(words.number("batchSize", 10, 1, 4096)),
  };
}

/** Return our names of the controls that a link hides. */
export function controlsOf(words: ClassicWords): string[] {
  return Object.entries(CONTROLS).flatMap(([key, name]) => (words.isHidden(key) ? [name] : []));
}

function plain(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
