/** Short sentences that appear and go: what was rebuilt, what was refused. */

export interface Notice {
  readonly id: number;
  readonly sentence: string;
}

const SHOWN_MS = 5_000;
const MOST = 3;

class Notices {
  list = $state.raw<readonly Notice[]>([]);
  private counter = 0;

  tell(sentence: string): void {
    const id = ++this.counter;
    const others = this.list.filter((notice) => notice.sentence !== sentence);
    this.list = [...others, { id, sentence }].slice(-MOST);
    setTimeout(() => this.dismiss(id), SHOWN_MS);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}

export const notices = new Notices();
