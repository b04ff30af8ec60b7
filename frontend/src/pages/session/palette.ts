/** What the command palette offers on a session's page. */

import { notices } from "../../state/notices.svelte";
import { creationOf } from "../../state/lessons.svelte";
import { pageOptions } from "../../state/page-options.svelte";
import { router } from "../../state/router.svelte";
import type { PaletteEntry } from "../../ui/CommandPalette.svelte";
import { asProblem } from "../../wire/problem";
import type { LessonCard } from "../../wire/protocol";
import { rest } from "../../wire/rest";
import type { Actions } from "./actions.svelte";

export function paletteOf(actions: Actions, lessons: readonly LessonCard[]): PaletteEntry[] {
  const commands = actions.keys
    .filter(({ key }) => key !== "/" && key !== "Escape" && !/^[0-9]$/.test(key))
    .map(({ does, label, run }) => ({ label: does, group: "Command", key: label, run }));
  const more: PaletteEntry[] = [
    { label: "Share", group: "Command", run: () => (actions.dialog = "share") },
    { label: "Code", group: "Command", run: () => (actions.dialog = "code") },
    { label: "Compare", group: "Command", run: () => (actions.dialog = "compare") },
    ...(pageOptions.hides
      ? [{ label: "Show all controls", group: "Command", run: pageOptions.showAll }]
      : []),
    { label: "Home", group: "Page", run: () => router.go({ page: "home" }) },
    { label: "Sessions", group: "Page", run: () => router.go({ page: "sessions" }) },
  ];
  return [...commands, ...more, ...lessonEntries(lessons)];
}

export function lessonEntries(lessons: readonly LessonCard[]): PaletteEntry[] {
  return lessons.map((lesson) => ({
    label: lesson.title,
    group: lesson.group,
    run: () => void openLesson(lesson),
  }));
}

/** Open a session with the lesson's experiment, or its prose where it has none. */
export async function openLesson(lesson: LessonCard): Promise<void> {
  const creation = creationOf(lesson);
  if (creation === null) return router.go({ page: "lesson", name: lesson.name });
  try {
    const created = await rest.create(creation);
    router.go({ page: "session", id: created.id });
  } catch (error) {
    notices.tell(asProblem(error).sentence);
  }
}
