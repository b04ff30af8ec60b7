/** Edits of a session, so that a dragged slider never queues up behind itself. */

import type { Change, JsonValue } from "../wire/protocol";

interface Waiting {
  value: JsonValue;
  readonly done: (() => void)[];
  readonly refused: ((error: unknown) => void)[];
}

/** Sends one edit at a time; of those that wait, only the newest value of each path is kept. */
export class EditQueue {
  private readonly waiting = new Map<string, Waiting>();
  private busy = false;

  constructor(private readonly send: (changes: readonly Change[]) => Promise<void>) {}

  edit(path: string, value: JsonValue): Promise<void> {
    return new Promise((done, refused) => {
      const entry = this.waiting.get(path) ?? { value, done: [], refused: [] };
      entry.value = value;
      entry.done.push(done);
      entry.refused.push(refused);
      this.waiting.set(path, entry);
      void this.work();
    });
  }

  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let next = this.take(); next !== null; next = this.take()) {
      const [path, { value, done, refused }] = next;
      try {
        await this.send([{ path, value }]);
        for (const finish of done) finish();
      } catch (error) {
        for (const refuse of refused) refuse(error);
      }
    }
    this.busy = false;
  }

  private take(): [string, Waiting] | null {
    const first = this.waiting.entries().next();
    if (first.done) return null;
    this.waiting.delete(first.value[0]);
    return first.value;
  }
}
