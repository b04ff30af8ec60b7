/** Which stage of a training step is shown, and how the run walks through them. */

import { notices } from "../../../state/notices.svelte";
import type { SessionState, Stage } from "../../../state/session.svelte";
import type { FigureFrame } from "../../../state/watch.svelte";
import { asProblem } from "../../../wire/problem";
import { STAGES, type StageName } from "./data";

export class Walk {
  /** The stage that is shown. */
  at = $state(0);
  /** Whether the run itself walks: one sample by itself is only looked at. */
  isReal = $state(false);
  /** The figures of the step that was just completed, until the next one begins. */
  held = $state.raw<FigureFrame | null>(null);

  private stage: Stage | null = null;
  private seen: readonly FigureFrame[] = [];
  private busy = false;

  constructor(private readonly session: () => SessionState) {}

  get name(): StageName {
    return STAGES[this.at] ?? "forward";
  }

  /** Remember the newest figures of the last two steps: an update belongs to the step before. */
  note(frame: FigureFrame): void {
    const others = this.seen.filter(({ step, run }) => step !== frame.step && run === frame.run);
    this.seen = [frame, ...others].slice(0, 2);
  }

  /** Follow the run: called whenever its stage, step or phase has changed. */
  follow(stage: Stage | null, step: number, isPaused: boolean): void {
    const before = this.stage;
    this.stage = stage;
    if (stage !== null) {
      this.held = null;
      if (stage !== before) this.at = STAGES.indexOf(stage);
    } else if (before !== null && isPaused) {
      this.at = STAGES.length - 1;
      this.held = this.seen.find((frame) => frame.step === step - 1) ?? null;
    } else if (!isPaused || this.held?.step !== step - 1) {
      this.held = null;
    }
  }

  /** Show a stage; where the run itself walks and has not come that far, take it there. */
  async go(to: number): Promise<void> {
    const wanted = Math.max(0, Math.min(STAGES.length - 1, to));
    if (!this.isReal || this.busy) {
      this.at = wanted;
      return;
    }
    this.busy = true;
    try {
      await this.walkTo(wanted);
    } catch (error) {
      notices.tell(asProblem(error).sentence);
    } finally {
      this.busy = false;
    }
  }

  /** On to the next stage; from the last one to the first of the next step. */
  async next(): Promise<void> {
    const isLast = this.at === STAGES.length - 1;
    if (isLast) this.held = null;
    await this.go(isLast ? 0 : this.at + 1);
  }

  private async walkTo(wanted: number): Promise<void> {
    const session = this.session();
    const done = this.held !== null ? STAGES.length - 1 : this.done();
    if (wanted > done) {
      session.at = "live";
      for (let stage = done; stage < wanted; stage++) {
        await session.ask({ type: "step", unit: "stage" });
      }
    }
    this.at = wanted;
  }

  private done(): number {
    const { stage } = this.session();
    return stage === null ? -1 : STAGES.indexOf(stage);
  }
}
