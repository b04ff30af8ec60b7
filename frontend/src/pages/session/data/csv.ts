/** Points from text: x1, x2 and a label or a value in each line, as spreadsheets write them. */

import { EXTENT, MOST_CLASSES, MOST_POINTS, type Point } from "../../../state/points";

export interface Table {
  readonly points: readonly Point[];
  /** The third column holds values, so this is a regression. */
  readonly values: boolean;
  /** The labels as they were written, by class index; empty for values. */
  readonly classes: readonly string[];
  /** Some point lies outside the plane that is shown. */
  readonly outside: boolean;
}

/** What is wrong with the text, in one sentence that names the line. */
export class CsvError extends Error {}

interface Row {
  /** As an editor counts lines, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

interface Columns {
  readonly x1: number;
  readonly x2: number;
  readonly target: number;
  /** What the header calls the third column, where it has a word for it. */
  readonly means: "labels" | "values" | null;
}

const LABEL_NAMES = ["label", "class", "species", "category", "group"];
const VALUE_NAMES = ["value", "target", "output", "z"];
const BY_PLACE: Columns = { x1: 0, x2: 1, target: 2, means: null };

/** Return the points of a text; throws a CsvError where it cannot be read. */
export function pointsOf(text: string): Table {
  const rows = rowsOf(text);
  const [first] = rows;
  if (first === undefined) throw new CsvError("There is no line with points in this text.");
  const titled = !isNumber(first.cells[0]) && !isNumber(first.cells[1]);
  const columns = titled ? columnsOf(first) : BY_PLACE;
  const lines = titled ? rows.slice(1) : rows;
  if (lines.length === 0) throw new CsvError("There is only a header and no point below it.");
  if (lines.length > MOST_POINTS) {
    throw new CsvError(`These are ${lines.length} points, and at most ${MOST_POINTS} fit.`);
  }
  return tableOf(lines, columns);
}

function tableOf(rows: readonly Row[], columns: Columns): Table {
  const places = rows.map((row) => [
    numberAt(row, columns.x1, "x1"),
    numberAt(row, columns.x2, "x2"),
  ]);
  const written = rows.map((row) => targetAt(row, columns.target));
  const values = columns.means === null ? looksLikeValues(written) : columns.means === "values";
  const classes = values ? [] : classesOf(written);
  const targets = values
    ? rows.map((row) => numberAt(row, columns.target, "the value"))
    : written.map((word) => classes.indexOf(word));
  const points = places.map(([x1 = 0, x2 = 0], index): Point => [x1, x2, targets[index] ?? 0]);
  const outside = points.some((point) => !axesOf(values).every((axis) => within(point[axis])));
  return { points, values, classes, outside };
}

/** Return the points scaled into the plane, each axis by itself; large values become -1 to 1. */
export function scaledToPlane(table: Table): Point[] {
  const columns = AXES.map((axis) => table.points.map((point) => point[axis]));
  const [x = same, y = same, z = same] = columns.map((column, axis) =>
    axis === 2 && !table.values ? same : onto(column, axis === 2 ? 1 : EXTENT - 1),
  );
  return table.points.map(([x1, x2, target]) => [x(x1), y(x2), z(target)]);
}

const AXES = [0, 1, 2] as const;

/** The axes of which a plane has only so much: a class index is none. */
function axesOf(values: boolean): readonly (0 | 1 | 2)[] {
  return values ? AXES : [0, 1];
}

function same(value: number): number {
  return value;
}

/** Return what brings a column into minus to plus `reach`, unless it lies in the plane already. */
function onto(column: readonly number[], reach: number): (value: number) => number {
  if (column.every(within)) return same;
  const low = column.reduce((a, b) => Math.min(a, b), Infinity);
  const high = column.reduce((a, b) => Math.max(a, b), -Infinity);
  if (high === low) return () => 0;
  return (value) => rounded(((value - low) / (high - low)) * 2 * reach - reach);
}

function within(value: number): boolean {
  return Math.abs(value) <= EXTENT;
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

function rowsOf(text: string): Row[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const separator = separatorOf(lines.find((line) => line.trim() !== "") ?? "");
  return lines
    .map((line, index) => ({ line: index + 1, text: line }))
    .filter(({ text: line }) => line.trim() !== "" && !line.trimStart().startsWith("#"))
    .map(({ line, text: written }) => ({ line, cells: cellsOf(written, separator) }));
}

function separatorOf(line: string): string {
  return ["\t", ";", ","].find((mark) => line.includes(mark)) ?? ",";
}

/** Return the cells of a line; between quotes a separator is a character like others. */
function cellsOf(line: string, separator: string): string[] {
  const cells = [""];
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    const last = cells.length - 1;
    if (letter === '"' && quoted && line.charAt(at + 1) === '"') cells[last] += line.charAt(at++);
    else if (letter === '"') quoted = !quoted;
    else if (letter === separator && !quoted) cells.push("");
    else cells[last] += letter;
  }
  return cells.map((cell) => cell.trim());
}

function columnsOf(header: Row): Columns {
  const names = header.cells.map((cell) => cell.toLowerCase());
  const find = (wanted: readonly string[]) => names.findIndex((name) => wanted.includes(name));
  const [x1, x2] = [find(["x1", "x_1", "x₁", "x"]), find(["x2", "x_2", "x₂", "y"])];
  const label = find(LABEL_NAMES);
  const value = find(VALUE_NAMES);
  const target = label >= 0 ? label : value >= 0 ? value : -1;
  const means = label >= 0 ? "labels" : names[value] === "value" ? "values" : null;
  const named = x1 >= 0 && x2 >= 0 && target >= 0;
  return named ? { x1, x2, target, means } : { ...BY_PLACE, means };
}

function isNumber(cell: string | undefined): boolean {
  return cell !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell);
}

function numberAt({ line, cells }: Row, place: number, name: string): number {
  const cell = cells[place];
  if (cell === undefined) {
    throw new CsvError(
      `Line ${line} has ${cells.length} ${cells.length === 1 ? "column" : "columns"}; ` +
        "x1, x2 and a label or value are needed.",
    );
  }
  if (!isNumber(cell)) {
    const hint = /^[+-]?\d*,\d+$/.test(cell) ? "; decimals take a point" : "";
    throw new CsvError(
      `Line ${line}: ${name} is “${shortened(cell)}”, which is not a number${hint}.`,
    );
  }
  const value = Number(cell);
  if (!Number.isFinite(value)) throw new CsvError(`Line ${line}: ${name} is too large.`);
  return value;
}

function shortened(cell: string): string {
  return cell.length > 24 ? `${cell.slice(0, 24)}…` : cell;
}

function targetAt({ line, cells }: Row, place: number): string {
  const cell = cells[place];
  if (cell === undefined || cell === "") {
    throw new CsvError(`Line ${line} has no label or value: x1, x2 and a third column are needed.`);
  }
  return isNumber(cell) ? String(Number(cell)) : cell;
}

/** Without a header: numbers of which some have decimals, or that are too many for classes. */
function looksLikeValues(written: readonly string[]): boolean {
  if (!written.every(isNumber)) return false;
  return (
    written.some((cell) => !Number.isInteger(Number(cell))) || distinct(written) > MOST_CLASSES
  );
}

function distinct(written: readonly string[]): number {
  return new Set(written).size;
}

function classesOf(written: readonly string[]): string[] {
  const names = [...new Set(written)];
  if (names.every(isNumber)) names.sort((one, other) => Number(one) - Number(other));
  if (names.length > MOST_CLASSES) {
    throw new CsvError(`The labels name ${names.length} classes, and at most ${MOST_CLASSES} fit.`);
  }
  if (names.length < 2) {
    throw new CsvError(
      `All points have the label “${shortened(names[0] ?? "")}”; two classes are needed.`,
    );
  }
  return names;
}
