/** The gallery's lessons, loaded once. */

import { asProblem } from "../wire/problem";
import type { CreateSession, LessonCard, Problem } from "../wire/protocol";
import { rest } from "../wire/rest";
import { originalTitle } from "./titles";

class LessonsState {
  list = $state.raw<readonly LessonCard[]>([]);
  loaded = $state(false);
  problem = $state.raw<Problem | null>(null);
  private loading: Promise<readonly LessonCard[]> | null = null;

  load(): Promise<readonly LessonCard[]> {
    this.loading ??= this.ask();
    return this.loading;
  }

  /** The lesson whose experiment, or a fork of it, bears this title, for the way back to its prose. */
  named(title: string): LessonCard | null {
    const own = originalTitle(title);
    return this.list.find((card) => (card.experiment?.title || card.title) === own) ?? null;
  }

  private async ask(): Promise<readonly LessonCard[]> {
    try {
      const cards = await rest.lessons();
      this.list = [...cards].sort((a, b) => a.order - b.order);
      this.problem = null;
    } catch (error) {
      this.problem = asProblem(error);
      this.loading = null;
    }
    this.loaded = true;
    return this.list;
  }
}

export const lessons = new LessonsState();

/** Return what to ask for to open a lesson's experiment; it bears the lesson's title. */
export function creationOf(lesson: LessonCard): CreateSession | null {
  if (lesson.experiment === null) return null;
  const title = lesson.experiment.title || lesson.title;
  const experiment = { ...lesson.experiment, title };
  const { pace_steps_per_s } = lesson;
  return { experiment, edits: [], start_step: 0, phase: "running", pace_steps_per_s };
}
