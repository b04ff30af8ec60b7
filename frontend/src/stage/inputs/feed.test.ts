import { expect, it } from "vitest";

import type { PixelInput } from "../../wire/protocol";
import { Feed } from "./feed";

const input = (data: string): PixelInput => ({ type: "pixels", shape: [1, 1], data });

it("has one input on its way, and of those that wait the newest", async () => {
  const sent: string[] = [];
  const arrivals: (() => void)[] = [];
  const feed = new Feed(
    ({ data }) => {
      sent.push(data);
      return new Promise<void>((arrive) => arrivals.push(arrive));
    },
    () => undefined,
  );
  ["a", "b", "c"].forEach((data) => feed.send(input(data)));
  expect(sent).toEqual(["a"]);
  arrivals.shift()?.();
  await new Promise((later) => setTimeout(later));
  expect(sent).toEqual(["a", "c"]);
  arrivals.shift()?.();
  await new Promise((later) => setTimeout(later));
  expect(feed.arrived).toBe(2);
  feed.send(input("d"));
  expect(sent).toEqual(["a", "c", "d"]);
});

it("says why one was refused and goes on", async () => {
  const said: (string | null)[] = [];
  const feed = new Feed(
    () => Promise.reject(new Error("no")),
    (sentence) => said.push(sentence),
  );
  feed.send(input("a"));
  await new Promise((later) => setTimeout(later));
  expect(said).toHaveLength(1);
  expect(said[0]).not.toBeNull();
  expect(feed.arrived).toBe(0);
});
