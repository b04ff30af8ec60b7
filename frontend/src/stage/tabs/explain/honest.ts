/** What tells how far to trust a map, in a few words each and in a whole sentence. */

import { percent, short } from "../../../draw/format";
import type { Figure } from "../../../wire/protocol";

export interface Badge {
  readonly text: string;
  /** The same where there is room for a few characters only. */
  readonly brief: string;
  readonly sentence: string;
  readonly warns: boolean;
}

type Facts = Figure["facts"];

/** A gap that the backend warns of as well, in percent. */
const WIDE_GAP = 5;

interface Rule {
  readonly matches: RegExp;
  readonly text: (value: number) => string;
  readonly sentence: (value: number) => string;
}

const RULES: readonly Rule[] = [
  {
    matches: /^completeness gap/,
    text: (gap) => `gap ${gap < 0.05 ? "0" : gap.toFixed(1)} %`,
    sentence: (gap) =>
      `Completeness gap ${short(gap)} %: by so much the scores' sum misses the change of the ` +
      "class's score that they ought to explain.",
  },
  {
    matches: /^R²/i,
    text: (fit) => `R² ${fit.toFixed(2)}`,
    sentence: (fit) =>
      `R² ${short(fit)}: so much of what the network does around this input the simple model ` +
      "behind the scores explains; 1 is all of it.",
  },
  {
    matches: /spread|stability|over seeds/i,
    text: (spread) => `spread ${short(spread, 2)}`,
    sentence: (spread) =>
      `Spread ${short(spread)}: how much the scores differ when they are drawn again with another seed.`,
  },
];

/** Badges of a map: the numbers that its method gives, then its warnings. */
export function badgesOf(facts: Facts, warnings: readonly string[]): readonly Badge[] {
  const numbers = Object.entries(facts).flatMap(([name, value]): Badge[] => {
    const rule = RULES.find(({ matches }) => matches.test(name));
    if (rule === undefined || typeof value !== "number") return [];
    const warns = name.startsWith("completeness gap") && value > WIDE_GAP;
    const text = rule.text(value);
    const brief = text.replace(/^[a-z]+ /, "").replace(" %", "%");
    return [{ text, brief, sentence: rule.sentence(value), warns }];
  });
  const cautions = warnings.map((sentence) => ({
    text: cautionOf(sentence),
    brief: "!",
    sentence,
    warns: true,
  }));
  return [...numbers, ...cautions];
}

function cautionOf(sentence: string): string {
  if (/^weakly dependent/i.test(sentence)) return "weak";
  if (/cells, so it points roughly/.test(sentence)) return "rough";
  if (/^all scores are 0/i.test(sentence)) return "empty";
  return "note";
}

/** A fact as text: shares as percentages, numbers with three digits. */
export function factText(name: string, value: string | number): string {
  if (typeof value === "string") return value;
  if (/probability/.test(name)) return percent(value);
  if (name === "step" || name === "seed") return String(value);
  return short(value);
}

/** What is said first of a map, then its method's arguments, then the rest. */
const LEADING = [
  ...["target", "target probability", "target logit", "predicted", "probability", "true class"],
  ...["mode", "step", "layer", "maps of", "method"],
];

export function orderedFacts(facts: Facts): readonly (readonly [string, string])[] {
  const place = (name: string): number => {
    const at = LEADING.indexOf(name);
    return at < 0 ? LEADING.length : at;
  };
  return Object.entries(facts)
    .map(([name, value], at) => ({ name, value, at }))
    .sort((one, other) => place(one.name) - place(other.name) || one.at - other.at)
    .map(({ name, value }) => [name, factText(name, value)] as const);
}
