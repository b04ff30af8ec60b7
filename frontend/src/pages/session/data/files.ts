/** Points as a file: written for a spreadsheet, read from one. */

import type { Present } from "../../../stage/output/present";

/** Return the data as CSV: a header, then x1, x2, the class or value, and which part it is in. */
export function csvOf({ points, heldOut, classes }: Present): string {
  const target = classes.length > 0 ? "label" : "value";
  const lines = points.map(([x1, x2, value], index) => {
    const last = classes.length > 0 ? quoted(classes[value] ?? String(value)) : written(value);
    return `${written(x1)},${written(x2)},${last},${heldOut[index] ? "validation" : "train"}`;
  });
  return [`x1,x2,${target},split`, ...lines, ""].join("\n");
}

/** Seven digits say all that 32 bits hold. */
function written(value: number): string {
  return String(Number(value.toPrecision(7)));
}

function quoted(word: string): string {
  return /[",;\s]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word;
}

/** Hand a text to the browser as a file to keep. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
