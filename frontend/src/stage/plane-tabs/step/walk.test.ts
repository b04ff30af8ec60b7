import { beforeEach, expect, it } from "vitest";

import { SessionState, type Stage } from "../../../state/session.svelte";
import type { FigureFrame } from "../../../state/watch.svelte";
import type { Connection } from "../../../wire/connection";
import { FrameData } from "../../../wire/frame";
import type { ViewerMessage } from "../../../wire/protocol";
import { Walk } from "./walk.svelte";

let sent: ViewerMessage[];
let session: SessionState;
let walk: Walk;

function frame(step: number): FigureFrame {
  return { figures: [], data: FrameData.empty, run: 1, step, final: true, computeMs: 1 };
}

/** The run has done a stage: the page is told, and the command is answered. */
function done(stage: Stage | null, step: number): void {
  session.stage = stage;
  session.step = step;
  walk.follow(stage, step, true);
}

function answer(): void {
  const asked = sent.findLast((message) => message.type === "ask");
  if (asked?.type !== "ask") throw new Error("nothing was asked");
  const id = asked.command.id ?? "";
  session.received(
    { type: "reply", seq: 1, command_id: id, problem: null, step: 0 },
    FrameData.empty,
  );
}

beforeEach(() => {
  sent = [];
  const connection = { send: (message: ViewerMessage) => sent.push(message) > 0 };
  const catalog = { plugins: [], devices: [] };
  session = new SessionState("s", catalog, () => connection as unknown as Connection);
  session.step = 7;
  walk = new Walk(() => session);
});

it("only looks at one sample: the run is not asked for anything", async () => {
  await walk.go(2);
  expect(walk.name).toBe("backward");
  await walk.next();
  await walk.next();
  expect(walk.name).toBe("forward");
  expect(sent).toEqual([]);
});

it("takes the run along, and shows the update with the numbers of its own step", async () => {
  walk.isReal = true;
  walk.note(frame(7));
  const going = walk.go(0);
  done("forward", 7);
  answer();
  await going;
  expect(sent).toMatchObject([{ type: "ask", command: { type: "step", unit: "stage" } }]);
  done("loss", 7);
  done("backward", 7);
  expect(walk.name).toBe("backward");
  const last = walk.next();
  done(null, 8);
  walk.note(frame(8));
  answer();
  await last;
  expect(walk.name).toBe("update");
  expect(walk.held?.step).toBe(7);
  walk.follow(null, 9, false);
  expect(walk.held).toBeNull();
});

it("goes back to look, without asking", async () => {
  walk.isReal = true;
  done("backward", 7);
  await walk.go(0);
  expect(walk.name).toBe("forward");
  expect(sent).toEqual([]);
});
