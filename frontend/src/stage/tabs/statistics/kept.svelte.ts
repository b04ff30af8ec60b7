/** What came while somebody watched, step by step: a page keeps it, no server. */

export interface Kept<T> {
  readonly step: number;
  readonly value: T;
  /** Nobody watched between the one before and this one. */
  readonly begins: boolean;
}

const MOST = 600;

export class History<T> {
  /** Counts what was taken in, so that a chart knows when to draw. */
  version = $state(0);
  private run = -1;
  private isOpen = false;
  private list: Kept<T>[] = [];

  constructor(private readonly most: number = MOST) {}

  get entries(): readonly Kept<T>[] {
    return this.list;
  }

  /** The step it began with. */
  get from(): number | null {
    return this.list[0]?.step ?? null;
  }

  /** Nobody watches any more: what comes next begins anew, beside what there is. */
  pause(): void {
    this.isOpen = false;
  }

  /** Take in a value; one of another run, or of a step that was taken back, begins anew. */
  add(run: number, step: number, value: T): void {
    const last = this.list.at(-1);
    if (run !== this.run || (last !== undefined && step < last.step)) this.list = [];
    const isAgain = this.list.at(-1)?.step === step;
    const begins = isAgain ? (this.list.pop()?.begins ?? true) : !this.isOpen;
    this.list.push({ step, value, begins });
    this.run = run;
    this.isOpen = true;
    if (this.list.length > this.most) this.thin();
    this.version += 1;
  }

  /** Half of them are enough: every other one goes; the newest stays, and where gaps end. */
  private thin(): void {
    const last = this.list.length - 1;
    this.list = this.list.filter(({ begins }, index) => begins || (last - index) % 2 === 0);
  }
}
