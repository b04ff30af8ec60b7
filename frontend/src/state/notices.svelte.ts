/** Short sentences that appear and go: what was rebuilt, what was refused. */

export interface Notice {
  readonly id: number;
  readonly sentence: string;
}

/** Refusals take longer to read than what says that something is done. */
const SHOWN_MS = { short: 3_000, long: 5_000 } as const;
const SHORT_CHARS = 80;
const MOST = 3;

class Notices {
  list = $state.raw<readonly Notice[]>([]);
  private counter = 0;

  tell(sentence: string): void {
    const id = ++this.counter;
    const others = this.list.filter((notice) => notice.sentence !== sentence);
    this.list = [...others, { id, sentence }].slice(-MOST);
    setTimeout(
      () => this.dismiss(id),
      sentence.length <= SHORT_CHARS ? SHOWN_MS.short : SHOWN_MS.long,
    );
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}

export const notices = new Notices();
