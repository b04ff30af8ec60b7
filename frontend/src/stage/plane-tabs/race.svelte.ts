/** An optimizer race as this page sets it up, and what came of it; it outlives its tab. */

import type { SessionState } from "../../state/session.svelte";
import type { FigureFrame } from "../../state/watch.svelte";
import type { JsonValue, Problem } from "../../wire/protocol";

type Params = Readonly<Record<string, JsonValue>>;

/** A session, or all that a race needs of one: the list of optimizers. */
type Venue = Pick<SessionState, "catalog">;

/** One optimizer that can be chosen, such as momentum with its parameters besides the rate. */
export interface Kind {
  readonly id: string;
  readonly label: string;
  readonly name: string;
  readonly params: Params;
  readonly rate: number;
}

/** One of the eight lanes of the race. */
export interface Lane {
  readonly kind: string;
  readonly rate: number;
  readonly on: boolean;
}

export interface Entry {
  readonly lane: number;
  readonly part: { readonly name: string; readonly params: Params };
}

const LOW = 1e-5;
const HIGH = 10;
const FIRST = ["sgd", "sgd+momentum", "sgd+nesterov", "rmsprop", "adam"];

export class RaceState {
  lanes = $state.raw<readonly Lane[]>([]);
  steps = $state(300);
  from = $state<"now" | "start">("start");
  /** Counts the races; 0 before the first. */
  round = $state(0);
  racing = $state(false);
  /** The race under way, or the last one: who ran in which lane, and what came of it. */
  entries = $state.raw<readonly Entry[]>([]);
  result = $state.raw<FigureFrame | null>(null);
  /** Why the last race could not be run. */
  problem = $state.raw<Problem | null>(null);
  readonly kinds: readonly Kind[];

  constructor(session: Venue) {
    this.kinds = kindsOf(session);
    this.lanes = this.kinds.map(({ id, rate }) => ({ kind: id, rate, on: FIRST.includes(id) }));
  }

  kindOf(lane: Lane): Kind | undefined {
    return this.kinds.find(({ id }) => id === lane.kind);
  }

  /** Change one lane; another optimizer comes with a rate of its own. */
  change(index: number, changes: Partial<Lane>): void {
    const rate = this.kinds.find(({ id }) => id === changes.kind)?.rate;
    this.lanes = this.lanes.map((lane, place) =>
      place === index ? { ...lane, ...(rate === undefined ? {} : { rate }), ...changes } : lane,
    );
  }

  get ready(): boolean {
    return this.lanes.some(({ on }) => on);
  }

  start(): void {
    this.entries = this.lanes.flatMap((lane, index) => {
      const kind = this.kindOf(lane);
      if (!lane.on || kind === undefined) return [];
      const params = { ...kind.params, learning_rate: lane.rate };
      return [{ lane: index, part: { name: kind.name, params } }];
    });
    this.result = null;
    this.problem = null;
    this.round += 1;
    this.racing = true;
  }

  /** What the worker is asked for. */
  get params(): Record<string, JsonValue> {
    return {
      optimizers: this.entries.map(({ part }) => ({ name: part.name, params: part.params })),
      steps: this.steps,
      start: this.from,
    };
  }
}

/** A rate that was typed, or null where it is none that an optimizer takes. */
export function rateOf(typed: string): number | null {
  const rate = Number(typed.replace(",", ".").trim());
  return Number.isFinite(rate) && rate >= LOW && rate <= HIGH ? rate : null;
}

/** The optimizers that the race offers by default, as the worker's catalog lists them. */
function kindsOf(session: Venue): Kind[] {
  const card = session.catalog.plugins.find(
    ({ kind, name }) => kind === "inspector" && name === "race",
  );
  const fields = card?.parameters["properties"];
  const entrants = isRecord(fields) && isRecord(fields["optimizers"]) ? fields["optimizers"] : {};
  const parts = Array.isArray(entrants["default"]) ? entrants["default"] : [];
  return parts.flatMap((part) => {
    if (!isRecord(part) || typeof part["name"] !== "string" || !isRecord(part["params"])) return [];
    const { learning_rate: rate, ...params } = part["params"];
    if (typeof rate !== "number") return [];
    return [{ ...naming(session, part["name"], params), name: part["name"], params, rate }];
  });
}

function naming(session: Venue, name: string, params: Params): { id: string; label: string } {
  const title =
    session.catalog.plugins.find((card) => card.kind === "optimizer" && card.name === name)
      ?.title ?? name;
  if (params["nesterov"] === true) return { id: `${name}+nesterov`, label: "Nesterov" };
  if (typeof params["momentum"] === "number" && params["momentum"] > 0)
    return { id: `${name}+momentum`, label: `${title} + momentum` };
  return { id: name, label: title };
}

function isRecord(value: JsonValue | undefined): value is Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const races = new WeakMap<Venue, RaceState>();

/** The race of a session, the same each time its tab is opened. */
export function raceOf(session: Venue): RaceState {
  let race = races.get(session);
  if (race === undefined) races.set(session, (race = new RaceState(session)));
  return race;
}
