/** Edits of a session, so that a dragged slider never queues up behind itself. */

import type { Change, JsonValue } from "../wire/protocol";

interface Waiting {
  changes: readonly Change[];
  readonly keep: boolean;
  readonly done: (() => void)[];
  readonly refused: ((error: unknown) => void)[];
}

/** Sends one edit at a time; of those that wait, only the newest for the same paths is kept. */
export class EditQueue {
  private readonly waiting = new Map<string, Waiting>();
  private busy = false;

  constructor(
    private readonly send: (changes: readonly Change[], keep: boolean) => Promise<void>,
  ) {}

  edit(path: string, value: JsonValue): Promise<void> {
    return this.change([{ path, value }], false);
  }

  /** Make changes in one edit; `keep` goes on with the weights that fit a model built anew. */
  change(changes: readonly Change[], keep: boolean): Promise<void> {
    const key = [keep, ...changes.map(({ path }) => path)].join(" ");
    return new Promise((done, refused) => {
      const entry = this.waiting.get(key) ?? { changes, keep, done: [], refused: [] };
      entry.changes = changes;
      entry.done.push(done);
      entry.refused.push(refused);
      this.waiting.set(key, entry);
      void this.work();
    });
  }

  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let next = this.take(); next !== null; next = this.take()) {
      const { changes, keep, done, refused } = next;
      try {
        await this.send(changes, keep);
        for (const finish of done) finish();
      } catch (error) {
        for (const refuse of refused) refuse(error);
      }
    }
    this.busy = false;
  }

  private take(): Waiting | null {
    const first = this.waiting.entries().next();
    if (first.done) return null;
    this.waiting.delete(first.value[0]);
    return first.value[1];
  }
}
