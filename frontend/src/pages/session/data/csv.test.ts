import { describe, expect, it } from "vitest";

import { CsvError, pointsOf, scaledToPlane } from "./csv";
import { csvOf } from "./files";

const complaintOf = (text: string): string => {
  try {
    pointsOf(text);
  } catch (error) {
    if (error instanceof CsvError) return error.message;
  }
  return "";
};

describe("points from text", () => {
  it("reads commas, semicolons and tabs, with and without a header", () => {
    const wanted = {
      points: [
        [1, 2, 0],
        [-3.5, 0.25, 1],
      ],
      classes: ["0", "1"],
      values: false,
    };
    for (const text of [
      "1,2,0\n-3.5,0.25,1",
      "x1;x2;label\n1;2;0\n-3.5;.25;1\n",
      "x\ty\tclass\n1\t2\t0\n-35e-1\t+0.25\t1",
    ]) {
      expect(pointsOf(text)).toEqual({ ...wanted, outside: false });
    }
  });

  it("passes over a byte order mark, CRLF, blank lines and quotes", () => {
    const text = '\uFEFF"x1","x2","label"\r\n\r\n"1","2","a, ""b"""\r\n3,4,c\r\n\r\n';
    expect(pointsOf(text)).toMatchObject({
      points: [
        [1, 2, 0],
        [3, 4, 1],
      ],
      classes: ['a, "b"', "c"],
    });
  });

  it("takes columns by their names, wherever they stand, and passes over others", () => {
    const text = "id,species,x2,x1\n7,b,2,1\n8,a,4,3";
    expect(pointsOf(text)).toMatchObject({
      points: [
        [1, 2, 0],
        [3, 4, 1],
      ],
      classes: ["b", "a"],
    });
  });

  it("orders classes that are numbers by size", () => {
    expect(pointsOf("0,0,1\n1,1,-1").classes).toEqual(["-1", "1"]);
    expect(pointsOf("0,0,1.0\n1,1,01\n1,2,2").classes).toEqual(["1", "2"]);
  });

  it("takes decimals, a header that says so, and more whole numbers than classes for values", () => {
    expect(pointsOf("0,0,0.5\n1,1,1")).toMatchObject({ values: true, classes: [] });
    expect(pointsOf("x1,x2,value\n0,0,0\n1,1,1")).toMatchObject({ values: true });
    const many = Array.from({ length: 9 }, (_, i) => `0,${i / 2},${i}`).join("\n");
    expect(pointsOf(many)).toMatchObject({ values: true });
  });

  it("names the line of what is wrong, in one sentence", () => {
    const good = ["x1,x2,label", "1,1,a", "2,2,b", "3,3,a", "", "4,4,b"];
    expect(complaintOf([...good, "5,five,a"].join("\n"))).toBe(
      "Line 7: x2 is “five”, which is not a number.",
    );
    expect(complaintOf("1;1,5;a\n2;2;b")).toBe(
      "Line 1: x2 is “1,5”, which is not a number; decimals take a point.",
    );
    expect(complaintOf("1,1,a\n2")).toBe(
      "Line 2 has 1 column; x1, x2 and a label or value are needed.",
    );
    expect(complaintOf("1,1,a\n2,2,")).toMatch(/^Line 2 has no label/);
    expect(complaintOf("1,1,a\n2,1e999,b")).toBe("Line 2: x2 is too large.");
    expect(complaintOf("x1,x2,value\n1,1,high")).toBe(
      "Line 2: the value is “high”, which is not a number.",
    );
  });

  it("says what is wrong with the whole", () => {
    expect(complaintOf(" \n\n")).toMatch(/no line with points/);
    expect(complaintOf("x1,x2,label")).toMatch(/only a header/);
    expect(complaintOf("1,1,a\n2,2,a")).toBe(
      "All points have the label “a”; two classes are needed.",
    );
    const classes = Array.from({ length: 9 }, (_, i) => `0,0,c${i}`).join("\n");
    expect(complaintOf(classes)).toBe("The labels name 9 classes, and at most 8 fit.");
    const many = Array.from({ length: 5001 }, (_, i) => `0,0,${i % 2}`).join("\n");
    expect(complaintOf(many)).toBe("These are 5001 points, and at most 5000 fit.");
  });

  it("sees what is no table at all", () => {
    expect(complaintOf("<!doctype html>\n<p>hello</p>")).toMatch(/^Line 2: x1 is “<p>hello<\/p>”/);
    expect(complaintOf(`1,1,a\n${"z".repeat(400)},1,b`).length).toBeLessThan(90);
    expect(complaintOf("one, two, three")).toMatch(/only a header/);
  });

  it("scales into the plane what lies outside, and nothing else", () => {
    const table = pointsOf("0,1,a\n100,2,b\n50,3,a");
    expect(table.outside).toBe(true);
    expect(scaledToPlane(table)).toEqual([
      [-5, 1, 0],
      [5, 2, 1],
      [0, 3, 0],
    ]);
    const values = pointsOf("x1,x2,value\n7,0,0\n7,0,300");
    expect(scaledToPlane(values)).toEqual([
      [0, 0, -1],
      [0, 0, 1],
    ]);
    expect(pointsOf("0,0,7\n1,1,5").outside).toBe(false);
  });
});

it("writes what it can read again", () => {
  const present = {
    points: [
      [1.25, -0.1, 0],
      [3, 4, 1],
    ] as const,
    heldOut: [false, true],
    classes: ["a b", "c"],
  };
  const text = csvOf(present);
  expect(text).toBe('x1,x2,label,split\n1.25,-0.1,"a b",train\n3,4,c,validation\n');
  expect(pointsOf(text)).toMatchObject({ points: present.points, classes: ["a b", "c"] });
  const values = csvOf({ ...present, classes: [] });
  expect(pointsOf(values)).toMatchObject({ points: present.points, values: true });
});
