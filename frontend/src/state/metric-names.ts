/** The metrics of a run by what they measure, whatever they were measured on. */

const WORDS: Readonly<Record<string, string>> = {
  loss: "loss",
  accuracy: "accuracy",
  f1: "F1",
  rmse: "RMSE",
  r2: "R²",
};

/** Errors, which a log scale suits; shares lie between 0 and 1, where it hides what matters. */
const ERRORS: ReadonlySet<string> = new Set(["loss", "rmse"]);

/** Return what the columns measure, in a fixed order: `train_loss` and `validation_loss` are one. */
export function measuresOf(columns: readonly string[]): string[] {
  const found = new Set(
    columns.flatMap((name) => /^(?:train|validation)_(\w+)$/.exec(name)?.[1] ?? []),
  );
  const known = Object.keys(WORDS).filter((name) => found.delete(name));
  return [...known, ...[...found].sort()];
}

export function measureWord(measure: string): string {
  return WORDS[measure] ?? measure.replaceAll("_", " ");
}

export function isError(measure: string): boolean {
  return ERRORS.has(measure);
}
