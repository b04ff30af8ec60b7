import { describe, expect, it } from "vitest";

import type { Catalog, PluginCard } from "../../wire/protocol";
import { RaceState, raceOf, rateOf } from "./race.svelte";

const DEFAULTS = [
  { name: "sgd", params: { learning_rate: 0.1 } },
  { name: "sgd", params: { learning_rate: 0.03, momentum: 0.9 } },
  { name: "sgd", params: { learning_rate: 0.03, momentum: 0.9, nesterov: true } },
  { name: "adam", params: { learning_rate: 0.02 } },
];

function session(): { catalog: Catalog } {
  const card = { summary: "", help: "", tags: [] };
  const plugins: PluginCard[] = [
    {
      ...card,
      kind: "inspector",
      name: "race",
      title: "Optimizer race",
      parameters: { properties: { optimizers: { default: DEFAULTS } } },
    },
    { ...card, kind: "optimizer", name: "sgd", title: "SGD", parameters: {} },
    { ...card, kind: "optimizer", name: "adam", title: "Adam", parameters: {} },
  ];
  return { catalog: { plugins, devices: [] } };
}

describe("a race", () => {
  it("offers the optimizers that the worker's catalog lists", () => {
    const race = new RaceState(session());
    expect(race.kinds.map(({ label }) => label)).toEqual([
      "SGD",
      "SGD + momentum",
      "Nesterov",
      "Adam",
    ]);
    expect(race.lanes.map(({ rate }) => rate)).toEqual([0.1, 0.03, 0.03, 0.02]);
  });

  it("asks for those who take part, each with its own rate", () => {
    const race = new RaceState(session());
    race.change(0, { on: false });
    race.change(1, { on: false });
    race.change(3, { rate: 0.5 });
    race.start();
    expect(race.params).toEqual({
      optimizers: [
        { name: "sgd", params: { momentum: 0.9, nesterov: true, learning_rate: 0.03 } },
        { name: "adam", params: { learning_rate: 0.5 } },
      ],
      steps: 300,
      start: "start",
    });
    expect(race.entries.map(({ lane }) => lane)).toEqual([2, 3]);
  });

  it("keeps what was asked for while lanes are changed for the next one", () => {
    const race = new RaceState(session());
    race.start();
    const asked = race.params;
    race.change(0, { rate: 7 });
    expect(race.params).toEqual(asked);
  });

  it("gives another optimizer in a lane a rate of its own", () => {
    const race = new RaceState(session());
    race.change(0, { kind: "adam" });
    expect(race.lanes[0]).toEqual({ kind: "adam", rate: 0.02, on: true });
  });

  it("cannot start with nobody in it", () => {
    const race = new RaceState(session());
    race.lanes.forEach((_, lane) => race.change(lane, { on: false }));
    expect(race.ready).toBe(false);
  });

  it("is the same for one session each time", () => {
    const one = session();
    expect(raceOf(one)).toBe(raceOf(one));
    expect(raceOf(one)).not.toBe(raceOf(session()));
  });
});

describe("a rate", () => {
  it("is read with a point or a comma, within its bounds", () => {
    expect(rateOf("0,5")).toBe(0.5);
    expect(rateOf(" 1e-3 ")).toBe(0.001);
    for (const bad of ["0", "-1", "11", "fast", "NaN"]) expect(rateOf(bad)).toBeNull();
  });
});
