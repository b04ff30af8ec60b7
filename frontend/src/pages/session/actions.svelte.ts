/** What can be done to a session from its page: by button, by key and from the palette. */

import { appearance } from "../../state/appearance.svelte";
import { numbered, type KeyAction } from "../../state/keys";
import { layout } from "../../state/layout.svelte";
import { notices } from "../../state/notices.svelte";
import { hashOf, router } from "../../state/router.svelte";
import { hidden } from "../../state/page-options.svelte";
import { editorOf } from "../../state/points.svelte";
import type { SessionState } from "../../state/session.svelte";
import { lookAtNext } from "../../stage/inputs/pinned";
import { isDeep } from "../../stage/sizes";
import { asProblem } from "../../wire/problem";
import type { Command, StepCommand } from "../../wire/protocol";
import { rest } from "../../wire/rest";

export type DialogName = "help" | "palette" | "share" | "code" | "compare";

export class Actions {
  dialog = $state<DialogName | null>(null);

  constructor(private readonly session: SessionState) {}

  get running(): boolean {
    return this.session.phase === "running";
  }

  readonly toggle = (): void => {
    this.session.at = "live";
    this.ask(this.running ? { type: "pause" } : { type: "run" });
  };
  readonly reset = (): void => this.ask({ type: "reset" });
  readonly newData = (): void => {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    this.edit("data_seed", seed % 100_000);
  };
  readonly fork = async (): Promise<void> => {
    try {
      const forked = await rest.fork(this.session.id, this.session.shownStep);
      router.go({ page: "session", id: forked.id });
    } catch (error) {
      notices.tell(asProblem(error).sentence);
    }
  };

  step(unit: NonNullable<StepCommand["unit"]>): void {
    this.session.at = "live";
    this.ask({ type: "step", unit });
  }

  /** Train on from a step of the past; what came after it is forgotten. */
  rewind(step: number): void {
    this.session.at = "live";
    this.ask({ type: "rewind", step });
  }

  pace(steps_per_s: number | null): void {
    this.ask({ type: "pace", steps_per_s });
  }

  budget(share: number): void {
    this.ask({ type: "budget", share });
  }

  /** Look at the snapshot before (-1) or after (+1) the step shown; after the last comes live. */
  move(direction: -1 | 1): void {
    const { session } = this;
    const steps = session.history.map(({ step }) => step).filter((step) => step < session.step);
    const shown = session.shownStep;
    const next =
      direction < 0 ? steps.findLast((step) => step < shown) : steps.find((step) => step > shown);
    if (next !== undefined) session.at = next;
    else if (direction > 0) session.at = "live";
  }

  /** Carry a command out and show the sentence where it is refused. */
  ask(command: Command): void {
    this.session.ask(command).catch((error: unknown) => notices.tell(asProblem(error).sentence));
  }

  edit(path: string, value: number): void {
    this.session
      .edit(path, value)
      .catch((error: unknown) => notices.tell(asProblem(error).sentence));
  }

  /** Let go of one thing at a time, the innermost first. */
  readonly escape = (): void => {
    const { session } = this;
    if (layout.maximised !== null) layout.maximised = null;
    else if (appearance.presenting) appearance.present(false);
    else if (session.pinnedNeuron !== null) session.pinnedNeuron = null;
    else if (session.selectedLayer !== null) session.selectedLayer = null;
    else session.at = "live";
  };

  readonly keys: readonly KeyAction[] = [
    { key: "Space", label: "Space", does: "Run or pause", run: this.toggle },
    { key: ".", label: ".", does: "One batch", run: () => this.step("batch") },
    {
      key: "Shift+.",
      label: "Shift .",
      does: "To the end of the epoch",
      run: () => this.step("epoch"),
    },
    { key: "S", label: "S", does: "One stage of a step", run: () => this.step("stage") },
    { key: "R", label: "R", does: "Start again from step 0", run: this.reset },
    { key: "N", label: "N", does: "New data", run: this.newData },
    { key: "F", label: "F", does: "Fork here", run: () => void this.fork() },
    { key: "[", label: "[", does: "Snapshot before", run: () => this.move(-1) },
    { key: "]", label: "]", does: "Snapshot after, then live", run: () => this.move(1) },
    ...Array.from({ length: 9 }, (_, index) => this.layerKey(index)),
    {
      key: "Z",
      label: "Z",
      does: "Fill the page with what is pointed at",
      run: () => layout.toggle(),
    },
    {
      key: "P",
      label: "P",
      does: "Present",
      run: () => appearance.present(!appearance.presenting),
    },
    {
      key: "D",
      label: "D",
      does: "Draw points on the output: a class per number, E erases, Ctrl Z undoes",
      run: () => this.draw(),
    },
    { key: "I", label: "I", does: "Next pinned input", run: () => lookAtNext(this.session) },
    { key: "T", label: "T", does: "Light or dark", run: () => appearance.toggleTheme() },
    {
      key: "/",
      label: "/",
      does: "Find a command or a lesson",
      run: () => (this.dialog = "palette"),
    },
    { key: "?", label: "?", does: "This help", run: () => (this.dialog = "help") },
    { key: "Escape", label: "Esc", does: "Back out of what is open", run: this.escape },
  ];

  /** Take points from the pointer, or no longer. */
  private draw(): void {
    const editor = editorOf(this.session);
    editor.drawing = !editor.drawing && !hidden("paint") && this.session.data?.kind === "points";
  }

  private layerKey(index: number): KeyAction {
    const run = () => {
      const { model } = this.session;
      const layer = model === null ? undefined : numbered(model, isDeep(model))[index];
      if (layer !== undefined) this.session.selectedLayer = layer.path;
    };
    return {
      key: `${index + 1}`,
      label: `${index + 1}`,
      does: `Layer ${index + 1} of the list`,
      run,
    };
  }

  openComparison(other: string): void {
    location.hash = hashOf({ page: "compare", first: this.session.id, second: other });
  }
}
