import { beforeEach, expect, it } from "vitest";

import type { Connection } from "../wire/connection";
import { FrameData } from "../wire/frame";
import type { Catalog, JsonValue, PluginCard, ViewerMessage } from "../wire/protocol";
import { SessionState } from "./session.svelte";

const inspector = (name: string, properties: Record<string, JsonValue>): PluginCard => ({
  kind: "inspector",
  name,
  title: name,
  summary: "",
  help: "",
  parameters: { type: "object", properties },
  tags: [],
});
const CATALOG: Catalog = {
  plugins: [inspector("prediction", { slot: { type: "integer" } }), inspector("confusion", {})],
  devices: ["cpu"],
};

let sent: ViewerMessage[];
let session: SessionState;
const watched = () =>
  sent.flatMap((message) =>
    message.type === "watch" ? [[message.view.inspector, message.view.params["slot"] ?? null]] : [],
  );
const sample = { type: "sample", split: "validation", index: 3 } as const;

beforeEach(() => {
  sent = [];
  const connection = {
    send: (message: ViewerMessage) => sent.push(message) > 0,
    close: () => undefined,
  };
  session = new SessionState("s", CATALOG, () => connection as unknown as Connection);
});

it("lets views of an input follow the slot that is looked at, and no others", () => {
  session.watch({ inspector: "prediction" });
  session.watch({ inspector: "prediction", params: { slot: 2 } });
  session.watch({ inspector: "confusion" });
  session.slot = 5;
  expect(watched()).toEqual([
    ["prediction", null],
    ["prediction", 2],
    ["confusion", null],
    ["prediction", 5],
  ]);
  session.slot = 0;
  expect(watched().at(-1)).toEqual(["prediction", null]);
  expect(watched()).toHaveLength(5);
});

it("asks and puts inputs where it looks", () => {
  session.slot = 4;
  void session.inspect({ inspector: "prediction" });
  void session.inspect({ inspector: "confusion" });
  void session.show(sample);
  const commands = sent.flatMap((message) => (message.type === "ask" ? [message.command] : []));
  expect(commands).toMatchObject([
    { type: "inspect", view: { params: { slot: 4 } } },
    { type: "inspect", view: { params: {} } },
    { type: "set_input", slot: 4, input: sample },
  ]);
});

it("looks at the first input again when the one looked at is taken down", () => {
  session.slot = 3;
  session.received({ type: "inputs", seq: 0, slots: { "3": sample } }, FrameData.empty);
  expect(session.slot).toBe(3);
  session.received({ type: "inputs", seq: 0, slots: { "1": sample } }, FrameData.empty);
  expect(session.slot).toBe(0);
});
