/** A stream of inputs into a slot: only the newest waits, and one is on its way at a time. */

import { asProblem } from "../../wire/problem";
import type { PixelInput } from "../../wire/protocol";

export class Feed {
  /** How many arrived. */
  arrived = 0;
  private waiting: PixelInput | null = null;
  private isBusy = false;

  constructor(
    private readonly put: (input: PixelInput) => Promise<void>,
    private readonly said: (sentence: string | null) => void,
  ) {}

  /** Send this one as soon as the one before it has arrived. */
  send(input: PixelInput): void {
    this.waiting = input;
    if (!this.isBusy) void this.drain();
  }

  private async drain(): Promise<void> {
    this.isBusy = true;
    while (this.waiting !== null) {
      const input = this.waiting;
      this.waiting = null;
      try {
        await this.put(input);
        this.arrived += 1;
        this.said(null);
      } catch (error) {
        this.said(asProblem(error).sentence);
      }
    }
    this.isBusy = false;
  }
}
