import { describe, expect, it } from "vitest";

import { follow, type Followed, type Moment } from "./lag.svelte";

const at = (step: number, run = 1): Moment => ({ run, step });
const running = (step: number, run = 1) => ({ ...at(step, run), pace: 5 });
const paused = (step: number) => ({ ...at(step), pace: 0 });

/** Of each figure and the step shown meanwhile: whether its step was told. */
function told(seen: readonly (readonly [figure: number, shown: number])[]): boolean[] {
  let followed: Followed | null = null;
  return seen.map(([figure, shown]) => {
    followed = follow(followed, at(figure), running(shown));
    return followed.told;
  });
}

describe("the step of a figure", () => {
  it("is no news while it keeps up with training", () => {
    expect(told([[400, 400], [400, 404], [404, 405], [404, 409]])).toEqual(Array(4).fill(false)); // prettier-ignore
  });

  it("is told of one that is more than a second behind", () => {
    expect(told([[398, 400], [398, 403], [398, 404], [398, 412]])).toEqual([false, false, true, true]); // prettier-ignore
  });

  it("goes on being told of a view that comes late each time, and no longer than that", () => {
    const late = [[398, 412], [412, 412], [412, 420], [420, 421], [420, 424], [424, 425]] as const; // prettier-ignore
    expect(told(late)).toEqual([true, true, true, true, true, false]);
  });

  it("is told of any other step as soon as nothing moves", () => {
    const late = follow(null, at(398), running(412));
    expect(follow(late, at(398), paused(412)).told).toBe(true);
    expect(follow(late, at(412), paused(412)).told).toBe(false);
    expect(follow(null, at(412), paused(200)).told).toBe(true);
  });

  it("says nothing of another run, which is told in words", () => {
    expect(follow(null, at(398), running(3, 2)).told).toBe(false);
    expect(follow(follow(null, at(398), running(412)), at(3, 2), running(4, 2)).told).toBe(false);
  });
});
