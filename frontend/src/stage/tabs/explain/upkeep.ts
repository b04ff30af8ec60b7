/** When a map that is computed once is looked at, and when it is what was asked for. */

/** A moment of a session: steps of two runs are not one after the other. */
export interface Moment {
  readonly run: number;
  readonly step: number;
}

export interface Upkeep {
  /** It was asked for, and is not there yet. */
  readonly armed: boolean;
  /** It was cancelled. */
  readonly stopped: boolean;
  /** It follows what it looks at by itself. */
  readonly eager: boolean;
  /** The session trains. */
  readonly running: boolean;
}

/**
 * Whether it is looked at: until it is there, and as long as nothing trains, when looking costs
 * nothing, also by what every single step makes of it. Only a hand stops it on the way.
 */
export function isOpen({ armed, stopped, eager, running }: Upkeep): boolean {
  return armed || (eager && !stopped && !running);
}

/** Whether figures are those asked for at a moment, or of another one that is shown by now. */
export function answers(figures: Moment, asked: Moment, shown: Moment): boolean {
  if (figures.run !== shown.run) return false;
  const from = asked.run === shown.run ? Math.min(asked.step, shown.step) : 0;
  return figures.step >= from;
}

/** Whether figures are of an earlier moment than the one that is shown. */
export function isEarlier(figures: Moment, shown: Moment): boolean {
  return figures.run !== shown.run || figures.step < shown.step;
}
