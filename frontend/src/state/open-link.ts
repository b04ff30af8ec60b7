/** A link as a new session: one of ours, or one of the classic playground. */

import { asProblem, ProblemError, problemOf } from "../wire/problem";
import type { Problem } from "../wire/protocol";
import { rest } from "../wire/rest";
import { catalog } from "./catalog.svelte";
import { readClassic } from "./classic";
import { notices } from "./notices.svelte";
import { openingPace } from "./pace";
import { encodeOptions, type PageOptions } from "./page-options";
import { routeOf, router } from "./router.svelte";
import { asCreation, decodeRun, type SharedRun } from "./url";

/**
 * Create the session that a link stands for and go there; a link to a page of ours opens that page.
 *
 * `replace` puts it in place of the link in the browser's history, since going back must not create
 * another session. Returns the problem, or null.
 */
export async function openLink(link: string, { replace = false } = {}): Promise<Problem | null> {
  try {
    const classic = readClassic(link);
    if (classic !== null) {
      const run = { experiment: classic.experiment, edits: [], step: 0 };
      await create(run, classic.options, replace);
      notices.tell(classic.notice);
      return null;
    }
    const route = routeOf(link.slice(link.indexOf("#")));
    if (!link.includes("#") || route.page === "lost") throw notALink();
    if (route.page === "link") {
      const run = await decodeRun(route.code);
      await create(run, run.options ?? null, replace);
    } else {
      router.go(route, { replace });
    }
    return null;
  } catch (error) {
    return asProblem(error);
  }
}

async function create(
  run: SharedRun,
  options: PageOptions | null,
  replace: boolean,
): Promise<void> {
  const pace_steps_per_s = openingPace(await catalog.load(), run.experiment);
  const { id } = await rest.create({ ...asCreation(run), pace_steps_per_s });
  const query = options === null ? "" : encodeOptions(options);
  router.go({ page: "session", id, ...(query === "" ? {} : { query }) }, { replace });
}

function notALink(): ProblemError {
  return new ProblemError(
    problemOf("This is no link of Lantern or of the classic playground.", {
      hint: "Was it copied whole?",
    }),
  );
}
