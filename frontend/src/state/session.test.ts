import { beforeEach, describe, expect, it, vi } from "vitest";

import { FrameData } from "../wire/frame";
import type { Connection } from "../wire/connection";
import { problemOf } from "../wire/problem";
import type {
  BuiltEvent,
  Catalog,
  FigureEvent,
  LiveEvent,
  SnapshotEvent,
  StateEvent,
  ViewerMessage,
} from "../wire/protocol";
import { complete } from "./experiment";
import { SessionState } from "./session.svelte";

const CATALOG: Catalog = { plugins: [], devices: ["cpu"] };
const experiment = complete({ dataset: { name: "circle" }, model: { name: "mlp" } });
const state: StateEvent = {
  type: "state",
  seq: 1,
  run: 1,
  phase: "running",
  step: 40,
  stage: null,
  problem: null,
  mark: null,
  sentence: null,
};
const built: BuiltEvent = {
  type: "built",
  seq: 2,
  run: 2,
  step: 0,
  experiment,
  edits: [],
  model: { layers: [], blocks: [], parameters: 9, macs: 9, device: "cpu" },
  data: {
    kind: "points",
    shape: [2],
    classes: ["a", "b"],
    train_count: 1,
    validation_count: 1,
    note: "",
  },
  sentence: null,
  views: [],
};

function snapshot(): { event: SnapshotEvent; data: FrameData } {
  const buffer = new ArrayBuffer(48);
  new Float64Array(buffer).set([0, 40, 0, 2, 0, 0]);
  new Float32Array(buffer, 32, 2).set([1, 0.5]);
  const array = (dtype: "f4" | "f8", offset: number) => ({ dtype, shape: [2], offset });
  const event: SnapshotEvent = {
    type: "snapshot",
    seq: 0,
    session: "s",
    created_at: "",
    server_version: "",
    role: "admin",
    incarnation: 1,
    have_seq: 1,
    state,
    experiment,
    edits: [],
    events: [{ ...built, run: 1 }],
    metrics: {
      steps: array("f8", 0),
      epochs: array("f8", 16),
      columns: { train_loss: array("f4", 32) },
    },
    viewers: 1,
    worker: "connected",
  };
  return { event, data: new FrameData(buffer, 0) };
}

const figure = (key: string): FigureEvent => ({
  type: "figure",
  seq: 0,
  key,
  run: 1,
  step: 41,
  figures: [],
  final: true,
  compute_ms: 1,
  made_at: 0,
});

describe("SessionState", () => {
  let sent: ViewerMessage[];
  let session: SessionState;
  const tell = (event: LiveEvent, data = FrameData.empty) => session.received(event, data);
  const watches = () => sent.filter((message) => message.type === "watch");
  const commands = () =>
    sent.flatMap((message) => (message.type === "ask" ? [message.command] : []));
  const answer = (index: number, problem: string | null = null) =>
    tell({
      type: "reply",
      seq: 0,
      step: null,
      command_id: commands()[index]?.id ?? "",
      problem: problem === null ? null : problemOf(problem),
    });

  beforeEach(() => {
    sent = [];
    const connection = { send: (message: ViewerMessage) => sent.push(message) > 0, close: vi.fn() };
    session = new SessionState("s", CATALOG, () => connection as unknown as Connection);
    const { event, data } = snapshot();
    tell(event, data);
  });

  it("begins with the snapshot", () => {
    expect(session).toMatchObject({ phase: "running", run: 1, step: 40, epoch: 2, link: "open" });
    expect([...(session.metrics.column("train_loss") ?? [])]).toEqual([1, 0.5]);
    expect(session.data?.kind).toBe("points");
  });

  it("starts afresh when the model is built anew", () => {
    tell(built);
    expect(session.run).toBe(2);
    expect(session.metrics.length).toBe(0);
    tell({ type: "metrics", seq: 3, run: 1, rows: [{ step: 41, epoch: 2, values: {} }] });
    expect(session.metrics.length).toBe(0);
  });

  it("applies edits to the experiment", () => {
    const changes = [{ path: "optimizer.params.learning_rate", value: 0.5 }];
    tell({
      type: "edited",
      seq: 3,
      run: 1,
      edit: { step: 40, action: { type: "configure", changes } },
    });
    expect(session.experiment?.optimizer.params).toEqual({ learning_rate: 0.5 });
    expect(session.base?.optimizer.params).toEqual({});
  });

  it("watches equal views once and hands figures to all who look", () => {
    const first = session.watch({ inspector: "output", params: { a: 1, b: 2 } });
    const second = session.watch({ inspector: "output", params: { b: 2, a: 1 } });
    expect(watches()).toHaveLength(1);
    const ref = watches()[0]?.ref ?? "";
    tell({ type: "watching", seq: 0, ref, key: "k", problem: null });
    tell(figure("k"));
    expect([first.frame?.step, second.frame?.step]).toEqual([41, 41]);
    first.close();
    expect(sent.some(({ type }) => type === "unwatch")).toBe(false);
    second.close();
    expect(sent.at(-1)).toEqual({ type: "unwatch", ref });
  });

  it("has a view computed anew, also where it is watched already", () => {
    const view = { inspector: "landscape" };
    session.watch(view);
    session.watch(view, true);
    expect(watches().map(({ ref, anew = false }) => [ref, anew])).toEqual([
      ["v1", false],
      ["v1", true],
    ]);
  });

  it("keeps what was seen of a view that was cancelled, until something else is looked at", () => {
    const handle = session.watch({ inspector: "confusion" });
    const ref = watches()[0]?.ref ?? "";
    tell({ type: "watching", seq: 0, ref, key: "k", problem: null });
    tell(figure("k"));
    tell({ type: "progress", seq: 0, key: "k", fraction: 0.5, sentence: "half" });
    handle.cancel();
    expect(sent.slice(-2)).toMatchObject([
      { type: "ask", command: { type: "cancel", key: "k" } },
      { type: "unwatch", ref },
    ]);
    expect([handle.isCancelled, handle.progress, handle.frame?.step]).toEqual([true, null, 41]);
    session.slot = 1;
    expect(handle.isCancelled).toBe(false);
    expect(watches()).toHaveLength(2);
  });

  it("watches again on a new connection", () => {
    session.watch({ inspector: "output" });
    const { event, data } = snapshot();
    tell(event, data);
    expect(watches()).toHaveLength(2);
  });

  it("lets views follow the timeline, but not those that say where they look", async () => {
    vi.useFakeTimers();
    session.watch({ inspector: "output" });
    session.watch({ inspector: "samples", at: "live" });
    session.at = 8;
    session.at = 13;
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    expect(watches().map(({ view }) => [view.inspector, view.at])).toEqual([
      ["output", "live"],
      ["samples", "live"],
      ["output", 13],
    ]);
    expect(session.shownStep).toBe(13);
  });

  it("answers commands by their id, and asks again after a reconnect", async () => {
    const done = session.ask({ type: "pause" });
    const refused = session.ask({ type: "rewind", step: 99 });
    const { event, data } = snapshot();
    tell(event, data);
    expect(commands()).toHaveLength(4);
    expect(commands()[2]?.id).toBe(commands()[0]?.id);
    answer(0);
    answer(1, "There is no step 99.");
    await expect(done).resolves.toBeUndefined();
    await expect(refused).rejects.toThrow("There is no step 99.");
  });

  it("sends one edit at a time, and of those that wait only the newest", async () => {
    const edits = [1, 2, 3, 4].map((value) => session.edit("training.l2", value));
    expect(commands()).toHaveLength(1);
    answer(0);
    await edits[0];
    await vi.waitFor(() => expect(commands()).toHaveLength(2));
    expect(commands()[1]).toMatchObject({ changes: [{ path: "training.l2", value: 4 }] });
    answer(1);
    await Promise.all(edits);
  });

  it("says how stale it is while the link is down", () => {
    session.changed("lost", "");
    session.changed("connecting", "");
    expect(session.link).toBe("lost");
    expect(session.staleSince).not.toBeNull();
    const { event, data } = snapshot();
    tell(event, data);
    expect(session.staleSince).toBeNull();
  });
});
