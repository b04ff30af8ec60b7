/** Commands on their way: each has an id, is answered once, and is asked again after a reconnect. */

import type { FrameData } from "../wire/frame";
import { problemOf, ProblemError } from "../wire/problem";
import type { Command, InspectedEvent, ReplyEvent, View, ViewerMessage } from "../wire/protocol";
import type { FigureFrame } from "./watch.svelte";

interface Open {
  readonly command: Command;
  readonly done: (frame: FigureFrame | null) => void;
  readonly refused: (error: ProblemError) => void;
}

export class Asking {
  private readonly open = new Map<string, Open>();

  constructor(private readonly send: (message: ViewerMessage) => boolean) {}

  async ask(command: Command): Promise<void> {
    await this.begin(command);
  }

  /** Compute a view once. */
  async inspect(view: View): Promise<FigureFrame> {
    const frame = await this.begin({ type: "inspect", view });
    if (frame === null) throw new ProblemError(problemOf("The view came without figures."));
    return frame;
  }

  reply({ command_id, problem }: ReplyEvent): void {
    const asked = this.open.get(command_id);
    if (asked === undefined) return;
    if (problem === null && asked.command.type === "inspect") return;
    this.open.delete(command_id);
    if (problem === null) asked.done(null);
    else asked.refused(new ProblemError(problem));
  }

  inspected(event: InspectedEvent, data: FrameData): void {
    const asked = this.open.get(event.command_id);
    this.open.delete(event.command_id);
    const { figures, run, step } = event;
    asked?.done({ figures, data, run, step, final: true, computeMs: event.compute_ms });
  }

  /** Ask again for what was not answered before the link broke; ids make that harmless. */
  repeat(): void {
    for (const { command } of this.open.values()) this.send({ type: "ask", command });
  }

  private begin(command: Command): Promise<FigureFrame | null> {
    const id = newId();
    const identified = { ...command, id };
    return new Promise((done, refused) => {
      this.open.set(id, { command: identified, done, refused });
      this.send({ type: "ask", command: identified });
    });
  }
}

/** Return 32 hexadecimal digits; works on plain http too, where randomUUID is not there. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
