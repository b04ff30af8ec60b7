import { cleanup, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SessionState } from "../state/session.svelte";
import type { Connection } from "../wire/connection";
import StepOf from "./StepOf.svelte";

describe("StepOf", () => {
  let session: SessionState;
  const shown = () => screen.queryByText(/^step/)?.textContent?.replace(/\s+/g, " ").trim() ?? null;

  beforeEach(() => {
    const connection = { send: () => true } as unknown as Connection;
    session = new SessionState("s", { plugins: [], devices: [] }, () => connection);
    session.run = 1;
    session.step = 400;
    session.phase = "running";
  });
  afterEach(cleanup);

  it("says of which step a figure is that training has left behind", async () => {
    const { rerender } = render(StepOf, { session, frame: { run: 1, step: 399 } });
    expect(shown()).toBeNull();
    session.step = 412;
    await vi.waitFor(() => expect(shown()).toBe("step 399"));
    await rerender({ session, frame: { run: 1, step: 412 } });
    expect(shown()).toBe("step 412");
    session.phase = "paused";
    await vi.waitFor(() => expect(shown()).toBeNull());
  });

  it("says so of what is still of now while the past is looked at", async () => {
    const { rerender } = render(StepOf, { session, frame: { run: 1, step: 400 } });
    session.at = 200;
    await vi.waitFor(() => expect(shown()).toBe("step 400"));
    await rerender({ session, frame: { run: 1, step: 200 } });
    await vi.waitFor(() => expect(shown()).toBeNull());
  });
});
