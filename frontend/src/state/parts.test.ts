import { expect, it } from "vitest";

import { decodeView, encodeView } from "./parts";
import { hashOf, routeOf } from "./router.svelte";

const view = {
  title: "Grad-CAM · conv2",
  inspector: "attribution",
  params: { method: "grad_cam" },
};

it("carries a view through an address", () => {
  const code = encodeView(view);
  expect(decodeView(code)).toEqual(view);
  const route = { page: "view", id: "abc", code } as const;
  expect(routeOf(hashOf(route))).toEqual(route);
});

it("knows a broken address", () => {
  expect(decodeView("???")).toBeNull();
  expect(decodeView(btoa("[1]"))).toBeNull();
});
