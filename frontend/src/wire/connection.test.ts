import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Connection, waitBefore, type LinkStatus } from "./connection";

class FakeSocket {
  static OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 1;
  binaryType = "";
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
  }
}

function figureFrame(): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify({ type: "figure", key: "k", figures: [] }));
  const buffer = new ArrayBuffer(Math.ceil((4 + text.length) / 8) * 8);
  new DataView(buffer).setUint32(0, text.length, true);
  new Uint8Array(buffer, 4).set(text);
  return buffer;
}

describe("Connection", () => {
  const statuses: LinkStatus[] = [];
  const received: string[] = [];
  let connection: Connection;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    FakeSocket.all = [];
    statuses.length = received.length = 0;
    connection = new Connection("ws://here/live", {
      received: (event) => received.push(event.type),
      changed: (status) => statuses.push(status),
    });
  });
  afterEach(() => {
    connection.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const socket = () => FakeSocket.all.at(-1) as FakeSocket;

  it("speaks the subprotocol and acknowledges figures once they are painted", async () => {
    expect(socket().protocol).toBe("lantern.v1");
    socket().onmessage?.({ data: figureFrame() });
    socket().onmessage?.({ data: figureFrame() });
    expect(socket().sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(socket().sent).toEqual([{ type: "ack", frames: 2 }]);
    expect(received).toEqual(["figure", "figure"]);
  });

  it("acknowledges nothing but figures", async () => {
    socket().onmessage?.({ data: JSON.stringify({ type: "heartbeat", server_time: 1 }) });
    await vi.advanceTimersByTimeAsync(20);
    expect(socket().sent).toEqual([]);
  });

  it("connects again after a loss, and after half a minute of silence", async () => {
    socket().onclose?.({ code: 1006, reason: "" });
    expect(statuses.at(-1)).toBe("lost");
    await vi.advanceTimersByTimeAsync(600);
    expect(FakeSocket.all).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(32_000);
    expect(FakeSocket.all.length).toBeGreaterThan(2);
  });

  it("gives up where connecting again is of no use", async () => {
    socket().onclose?.({ code: 4404, reason: "" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(statuses.at(-1)).toBe("refused");
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe("waitBefore", () => {
  it("doubles up to eight seconds with full jitter", () => {
    expect(waitBefore(0, () => 1)).toBe(500);
    expect(waitBefore(2, () => 1)).toBe(2000);
    expect(waitBefore(20, () => 1)).toBe(8000);
    expect(waitBefore(20, () => 0)).toBe(500);
  });
});
