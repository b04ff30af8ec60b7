/** What the pointer does to the points: put one, paint a stroke, move one, take some away. */

import { placed, type Point } from "../../state/points";
import type { PointsEditor } from "../../state/points.svelte";

/** x1 and x2 of where the pointer is, and how far around it counts as touched. */
export interface Touch {
  readonly x1: number;
  readonly x2: number;
  readonly reach: number;
}

export interface PenWorld {
  /** The points as they are shown. */
  readonly points: () => readonly Point[];
  /** Class or value of a new one. */
  readonly target: () => number;
}

export class Pen {
  private doing: "nothing" | "drawing" | "moving" | "erasing" = "nothing";
  private held: Point | null = null;

  constructor(
    private readonly editor: PointsEditor,
    private readonly world: PenWorld,
  ) {}

  down(touch: Touch, erases: boolean): void {
    this.editor.begin();
    const points = this.world.points();
    // What is to be moved has to be met; beside it there is room for another point.
    const met = { ...touch, reach: touch.reach / 2 };
    const touched = nearest(points, erases ? touch : met);
    if (erases) {
      this.doing = "erasing";
      if (touched !== null) this.editor.remove(touched);
    } else if (touched !== null) {
      this.doing = "moving";
      this.held = touched;
    } else {
      this.doing = "drawing";
      this.editor.add(placed(touch.x1, touch.x2, this.world.target()));
    }
  }

  move(touch: Touch): void {
    if (this.doing === "drawing") {
      this.editor.extend(placed(touch.x1, touch.x2, this.world.target()));
    } else if (this.doing === "erasing") {
      const touched = nearest(this.world.points(), touch);
      if (touched !== null) this.editor.remove(touched);
    } else if (this.doing === "moving" && this.held !== null) {
      const moved = placed(touch.x1, touch.x2, this.held[2]);
      if (moved[0] === this.held[0] && moved[1] === this.held[1]) return;
      this.editor.remove(this.held);
      this.editor.add(moved);
      this.held = moved;
    }
  }

  up(): void {
    this.doing = "nothing";
    this.held = null;
    this.editor.end();
  }
}

/** The point closest to where the pointer is, if it is within reach. */
export function nearest(points: readonly Point[], { x1, x2, reach }: Touch): Point | null {
  let best: Point | null = null;
  let least = reach;
  for (const point of points) {
    const distance = Math.hypot(point[0] - x1, point[1] - x2);
    if (distance <= least) [best, least] = [point, distance];
  }
  return best;
}
