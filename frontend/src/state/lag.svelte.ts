/** Of which step a figure is, where that has to be said: the page shows another one. */

import { untrack } from "svelte";

import type { SessionState } from "./session.svelte";

/** While training goes on a figure is always a little behind; less than this is no news. */
const PATIENCE_S = 1;

export interface Moment {
  readonly run: number;
  readonly step: number;
}

/** What the page shows. */
export interface Shown extends Moment {
  /** Steps per second, 0 where it stands still: then every difference counts. */
  readonly pace: number;
}

/** A figure as it grows old. */
export interface Followed extends Moment {
  /** It is, or was, further behind than is usual. */
  readonly lags: boolean;
  /** Its step is to be told: a view that comes late each time says so all the time. */
  readonly told: boolean;
}

/** Return how a figure does, from how it, or the one before it, did. */
export function follow(before: Followed | null, figure: Moment, shown: Shown): Followed {
  const { run, step } = figure;
  const behind = run === shown.run ? Math.abs(shown.step - step) : 0;
  const same = before?.run === run && before.step === step;
  if (shown.pace === 0) return { run, step, lags: false, told: behind > 0 };
  const late = behind > Math.max(1, shown.pace * PATIENCE_S);
  const lags = late || (same && before.lags);
  const lagged = before?.run === run && (same ? before.told : before.lags);
  return { run, step, lags, told: lags || lagged };
}

/** Follows the figures of a view: create it while a component is set up. */
export class Lag {
  private followed = $state.raw<Followed | null>(null);

  constructor(session: () => SessionState, figure: () => Moment | null) {
    $effect(() => {
      const [now, shown] = [figure(), shownBy(session())];
      const before = untrack(() => this.followed);
      this.followed = now === null ? null : follow(before, now, shown);
    });
  }

  /** The step to be told, or null. */
  get step(): number | null {
    return this.followed?.told === true ? this.followed.step : null;
  }
}

function shownBy(session: SessionState): Shown {
  const moves = session.phase === "running" && session.at === "live";
  const pace = moves ? Math.max(session.telemetry?.steps_per_s ?? 0, Number.MIN_VALUE) : 0;
  return { run: session.run, step: session.shownStep, pace };
}
