import { beforeEach, expect, it } from "vitest";

import type { SessionState } from "../../state/session.svelte";
import type { WatchedView } from "../../state/watch.svelte";
import { Walk } from "./walk.svelte";

/** Samples 0-9 of class index % 2; the network errs on 3, 4 and 8. */
const MISTAKES = [8, 3, 4];
let shown: number[];
let asked: WatchedView[];
let walk: Walk;

beforeEach(() => {
  shown = [];
  asked = [];
  const session = {
    slot: 0,
    data: { validation_count: 10 },
    inputs: {} as Record<string, object>,
    show: (input: { index: number }) => {
      shown.push(input.index);
      session.inputs["0"] = { ...input, type: "sample" };
      return Promise.resolve();
    },
    inspect: (view: WatchedView) => {
      asked.push(view);
      return Promise.resolve({ figures: [answer(view)] });
    },
  };
  walk = new Walk(() => session as unknown as SessionState);
});

function answer({ inspector, params = {} }: WatchedView): object {
  if (inspector === "ranking") return { type: "images", samples: MISTAKES };
  const ofClass = Number(params["class"]);
  const samples = [0, 1, 2, 3, 4].map((place) => 2 * place + ofClass);
  const start = Number(params["start"]);
  return { type: "images", samples: samples.slice(start, start + 1), facts: { total: 5 } };
}

it("goes around the end of the data", async () => {
  await walk.step(-1);
  await walk.step(1);
  await walk.step(1);
  expect(shown).toEqual([9, 0, 1]);
});

it("goes through one class", async () => {
  await walk.choose(1);
  await walk.step(1);
  await walk.step(-1);
  await walk.step(-1);
  expect(shown).toEqual([1, 3, 1, 9]);
  await walk.random();
  expect((shown.at(-1) ?? 0) % 2).toBe(1);
});

it("shows each mistake once, then again from the first", async () => {
  for (let press = 0; press < 4; press += 1) expect(await walk.nextMistake()).toBe(true);
  expect(shown.slice(0, 3)).toEqual([8, 3, 4]);
  expect(MISTAKES).toContain(shown[3]);
  expect(asked[0]?.params).toMatchObject({ by: "mistakes", samples: 512 });
});
