import { expect, test } from "vitest";

import type { PictureSetCard } from "../../../wire/protocol";
import { chosenPath, nameOf, wordsOf } from "./sets";

const card = (path: string): PictureSetCard => ({
  path,
  title: "flowers",
  classes: 5,
  pictures: 3670,
  left_out: 0,
  is_divided: false,
  is_upload: path.startsWith("uploads/"),
  note: "",
});

test("a set is named with its size", () => {
  expect(wordsOf(card("flowers.zip"))).toMatch(/^flowers: 5 classes, 3.670 pictures$/);
});

test("names of uploads are made of the file's", () => {
  expect(nameOf("flowers.zip")).toBe("flowers");
  expect(nameOf("My Pictures (2).ZIP")).toBe("My Pictures -2-");
  expect(nameOf("../étoile.zip")).toBe("e-toile");
  expect(nameOf("图片.zip")).toBe("pictures");
  expect(nameOf("x".repeat(90))).toHaveLength(60);
});

test("without a path the set that the worker takes is shown", () => {
  const sets = [card("uploads/mine.zip"), card("flowers.zip"), card("folder")];
  expect(chosenPath("folder", sets)).toBe("folder");
  expect(chosenPath("", sets)).toBe("flowers.zip");
  expect(chosenPath("", [card("uploads/mine.zip"), card("folder")])).toBe("uploads/mine.zip");
  expect(chosenPath("", [])).toBe("");
});
