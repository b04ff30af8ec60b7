/** Going through the data: all of it or one class, in order, at random, or by mistakes. */

import type { SessionState } from "../../state/session.svelte";

type Split = "train" | "validation";

/** How many samples are judged to find a mistake: few at first, more if all of those are right. */
const JUDGED = [512, 2000, 10_000] as const;
const MISTAKES = 100;

export class Walk {
  /** Only samples of this class; all where it is null. */
  ofClass = $state<number | null>(null);
  busy = $state(false);
  /** How many there are to walk through, where only one class is. */
  private size = 0;
  /** Where in the class, counted among its samples. */
  private place = -1;
  private readonly seen = new Set<number>();

  constructor(
    private readonly session: () => SessionState,
    private readonly split: Split = "validation",
  ) {}

  private get total(): number {
    return this.session().data?.validation_count ?? 0;
  }

  /** The sample that is looked at, or -1 where it is none of the data walked through. */
  get index(): number {
    const input = this.session().inputs[String(this.session().slot)];
    if (input === undefined) return 0;
    return input.type === "sample" && input.split === this.split ? (input.index ?? 0) : -1;
  }

  async choose(ofClass: number | null): Promise<void> {
    this.ofClass = ofClass;
    this.place = -1;
    this.seen.clear();
    if (ofClass !== null) await this.step(1);
  }

  /** Go on by so many samples, around the end. */
  step(by: number): Promise<void> {
    return this.once(async () => {
      if (this.ofClass === null) await this.show((this.index + by + this.total) % this.total);
      else await this.showInClass(this.place + by);
    });
  }

  random(): Promise<void> {
    return this.once(async () => {
      if (this.ofClass === null) return this.show(below(this.total));
      if (this.size === 0) await this.showInClass(0);
      if (this.size > 0) await this.showInClass(below(this.size));
    });
  }

  /** Show a wrong answer that was not shown yet; returns whether there is one. */
  async nextMistake(): Promise<boolean> {
    let isFound = false;
    await this.once(async () => {
      const found =
        (await this.unseenMistake()) ?? (this.seen.size > 0 ? await this.again() : null);
      isFound = found !== null;
      if (found === null) return;
      this.seen.add(found);
      await this.show(found);
    });
    return isFound;
  }

  show(index: number): Promise<void> {
    return this.session().show({ type: "sample", split: this.split, index });
  }

  private again(): Promise<number | null> {
    this.seen.clear();
    return this.unseenMistake();
  }

  private async unseenMistake(): Promise<number | null> {
    for (const samples of JUDGED) {
      const params = { by: "mistakes", split: this.split, count: MISTAKES, samples };
      const only = this.ofClass === null ? {} : { true_class: this.ofClass };
      const view = { inspector: "ranking", params: { ...params, ...only } };
      const figure = (await this.session().inspect(view)).figures[0];
      const found = figure?.type === "images" ? figure.samples : [];
      const next = found.find((index) => index !== this.index && !this.seen.has(index));
      if (next !== undefined) return next;
      if (samples >= this.total) break;
    }
    return null;
  }

  private async showInClass(place: number): Promise<void> {
    const at = this.size > 0 ? (place + this.size) % this.size : Math.max(0, place);
    const params = { split: this.split, start: at, count: 1, class: this.ofClass };
    const frame = await this.session().inspect({ inspector: "samples", params });
    const figure = frame.figures[0];
    if (figure?.type !== "images") return;
    this.size = Number(figure.facts["total"] ?? 0);
    const index = figure.samples[0];
    if (index === undefined) return;
    this.place = at;
    await this.show(index);
  }

  private async once(work: () => Promise<void>): Promise<void> {
    if (this.busy || this.total === 0) return;
    this.busy = true;
    try {
      await work();
    } finally {
      this.busy = false;
    }
  }
}

function below(count: number): number {
  return Math.floor(Math.random() * count);
}
