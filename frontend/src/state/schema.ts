/** A plugin's JSON schema, read as the fields of a form. */

import type { JsonValue } from "../wire/protocol";

interface Common {
  readonly name: string;
  readonly title: string;
  /** What it means, in a sentence; empty where the schema has none. */
  readonly help: string;
  /** May change while the session runs, without a new model. */
  readonly live: boolean;
  readonly section: string;
  readonly unit: string;
  readonly widget: string;
  readonly default: JsonValue;
}

export interface NumberField extends Common {
  readonly kind: "number";
  readonly integer: boolean;
  readonly low: number;
  readonly high: number;
  /** The bound itself is not allowed. */
  readonly above: boolean;
  readonly below: boolean;
  readonly step: number | null;
  readonly log: boolean;
}

export interface ChoiceField extends Common {
  readonly kind: "choice";
  readonly options: readonly string[];
}

/** Any number of a few words, such as the features of a network in the plane. */
export interface FlagsField extends Common {
  readonly kind: "flags";
  readonly options: readonly string[];
}

/** A list of whole numbers, such as the units of each layer. */
export interface ListField extends Common {
  readonly kind: "list";
  readonly low: number;
  readonly high: number;
  readonly shortest: number;
  readonly longest: number;
}

export interface SwitchField extends Common {
  readonly kind: "switch";
}

export interface TextField extends Common {
  readonly kind: "text";
  readonly longest: number;
}

export type Field = NumberField | ChoiceField | FlagsField | ListField | SwitchField | TextField;

type Schema = Readonly<Record<string, JsonValue>>;

/** Return the fields of an object schema, in its order. */
export function fieldsOf(schema: Schema): Field[] {
  const definitions = tree(schema["$defs"]);
  return Object.entries(tree(schema["properties"]))
    .map(([name, property]) => fieldOf(name, tree(property), definitions))
    .filter((field) => field !== null);
}

/** Say why a value is not allowed in a field, or null if it is. */
export function complaint(field: Field, value: JsonValue): string | null {
  switch (field.kind) {
    case "number":
      return numberComplaint(field, value);
    case "list":
      return listComplaint(field, value);
    case "text":
      return typeof value === "string" && value.length > field.longest
        ? `At most ${field.longest} characters.`
        : null;
    case "choice":
    case "flags":
    case "switch":
      return null;
    default:
      return field satisfies never;
  }
}

function numberComplaint(field: NumberField, value: JsonValue): string | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return "This is not a number.";
  if (field.integer && !Number.isInteger(value)) return "A whole number, please.";
  if (value < field.low || (field.above && value === field.low)) {
    return `${field.above ? "More than" : "At least"} ${field.low}.`;
  }
  if (value > field.high || (field.below && value === field.high)) {
    return `${field.below ? "Less than" : "At most"} ${field.high}.`;
  }
  return null;
}

function listComplaint(field: ListField, value: JsonValue): string | null {
  if (!Array.isArray(value)) return "A list of whole numbers, please.";
  if (value.length < field.shortest) return `At least ${field.shortest} numbers.`;
  if (value.length > field.longest) return `At most ${field.longest} numbers.`;
  const fits = (item: JsonValue) =>
    typeof item === "number" && Number.isInteger(item) && item >= field.low && item <= field.high;
  return value.every(fits) ? null : `Whole numbers from ${field.low} to ${field.high}.`;
}

function fieldOf(name: string, given: Schema, definitions: Schema): Field | null {
  const schema = resolve(given, definitions);
  const common: Common = {
    name,
    title: titleOf(name, text(schema["title"])),
    help: text(schema["description"]),
    live: schema["x-live"] === true,
    section: text(schema["x-section"]),
    unit: text(schema["x-unit"]),
    widget: text(schema["x-widget"]),
    default: schema["default"] ?? null,
  };
  const options = strings(schema["enum"]);
  if (options.length > 0) return { ...common, kind: "choice", options };
  switch (schema["type"]) {
    case "number":
    case "integer":
      return { ...common, kind: "number", ...range(schema) };
    case "boolean":
      return { ...common, kind: "switch" };
    case "array":
      return arrayField(common, schema, definitions);
    case "string":
      return { ...common, kind: "text", longest: number(schema["maxLength"], Infinity) };
    default:
      return null;
  }
}

function arrayField(common: Common, schema: Schema, definitions: Schema): Field | null {
  const item = resolve(tree(schema["items"]), definitions);
  const options = strings(item["enum"]);
  if (options.length > 0) return { ...common, kind: "flags", options };
  if (item["type"] !== "integer") return null;
  const { low, high } = range(item);
  const shortest = number(schema["minItems"], 0);
  const longest = number(schema["maxItems"], 12);
  return { ...common, kind: "list", low, high, shortest, longest };
}

function range(
  schema: Schema,
): Pick<NumberField, "integer" | "low" | "high" | "above" | "below" | "step" | "log"> {
  const above = schema["minimum"] === undefined && schema["exclusiveMinimum"] !== undefined;
  const below = schema["maximum"] === undefined && schema["exclusiveMaximum"] !== undefined;
  const step = schema["x-step"];
  return {
    integer: schema["type"] === "integer",
    low: number(schema["minimum"] ?? schema["exclusiveMinimum"], -Infinity),
    high: number(schema["maximum"] ?? schema["exclusiveMaximum"], Infinity),
    above,
    below,
    step: typeof step === "number" ? step : null,
    log: schema["x-scale"] === "log",
  };
}

/** Follow a reference, and take the first real type of an optional one. */
function resolve(schema: Schema, definitions: Schema): Schema {
  const ref = schema["$ref"];
  if (typeof ref === "string") {
    const target = tree(definitions[ref.split("/").at(-1) ?? ""]);
    return { ...target, ...schema };
  }
  const options = schema["anyOf"];
  if (Array.isArray(options)) {
    const first = options.map((option) => tree(option)).find(({ type }) => type !== "null");
    return { ...resolve(first ?? {}, definitions), ...schema };
  }
  if (typeof schema["const"] === "string") return { ...schema, enum: [schema["const"]] };
  return schema;
}

/** Pydantic makes titles of names in Title Case; ours are in sentence case. */
function titleOf(name: string, title: string): string {
  const made = name.replace(
    /(^|_)([a-z0-9])/g,
    (_, gap: string, letter: string) => (gap ? " " : "") + letter.toUpperCase(),
  );
  if (title !== "" && title !== made) return title;
  return sentenceCase(name);
}

const OPTION_WORDS: Readonly<Record<string, string>> = {
  relu: "ReLU",
  leaky_relu: "Leaky ReLU",
  elu: "ELU",
  gelu: "GELU",
  silu: "SiLU",
  cpu: "CPU",
  cuda: "GPU (CUDA)",
};

/** Return an option of a choice as it is written: abbreviations as their authors do. */
export function optionWord(option: string): string {
  return OPTION_WORDS[option] ?? sentenceCase(option);
}

/** Return a name such as `learning_rate` as words: `Learning rate`. */
export function sentenceCase(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function tree(value: JsonValue | undefined): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Schema)
    : {};
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function number(value: JsonValue | undefined, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
