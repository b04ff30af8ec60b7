import { expect, it } from "vitest";

import { originalTitle } from "./titles";

it("tells the original of a fork from its title, as the server writes it", () => {
  expect(originalTitle("Fork at 300 of LeNet-5 on MNIST")).toBe("LeNet-5 on MNIST");
  expect(originalTitle("Fork 12 at 300 of Mine")).toBe("Mine");
  expect(originalTitle("Fork bombs")).toBe("Fork bombs");
});
