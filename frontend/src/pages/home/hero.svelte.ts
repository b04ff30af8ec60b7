/** The session on the Home page: one that trains right now, or else a new one of the first lesson. */

import { catalog, pluginOf } from "../../state/catalog.svelte";
import { creationOf, lessons } from "../../state/lessons.svelte";
import { SessionState } from "../../state/session.svelte";
import { asProblem, problemOf } from "../../wire/problem";
import type { Catalog, Problem, SessionInfo } from "../../wire/protocol";
import { rest } from "../../wire/rest";

/** So that coming back shows the same session, and does not start another. */
const KEY = "lantern.session";

export class HeroState {
  session = $state.raw<SessionState | null>(null);
  problem = $state.raw<Problem | null>(null);
  private closed = false;

  async open(): Promise<void> {
    try {
      const [loaded, running] = await Promise.all([catalog.load(), rest.sessions()]);
      const id = liveliest(running, loaded)?.id ?? (await this.create());
      if (this.closed) return;
      localStorage.setItem(KEY, id);
      this.session = new SessionState(id, loaded);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  close(): void {
    this.closed = true;
    this.session?.close();
  }

  private async create(): Promise<string> {
    const cards = await lessons.load();
    const first = cards.find(({ experiment }) => experiment !== null);
    const creation = first && creationOf(first);
    if (!creation) throw new Error(problemOf("There are no lessons yet.").sentence);
    return (await rest.create(creation)).id;
  }
}

/** Return the session worth showing: one in the plane that trains, best the one seen last. */
function liveliest(sessions: readonly SessionInfo[], catalog: Catalog): SessionInfo | null {
  const seen = localStorage.getItem(KEY);
  const inPlane = ({ experiment }: SessionInfo) =>
    pluginOf(catalog, "dataset", experiment.dataset.name)?.tags.includes("points") ?? false;
  const plane = sessions.filter(inPlane);
  const running = plane.filter(({ phase }) => phase === "running" || phase === "building");
  const known = (list: SessionInfo[]) => list.find(({ id }) => id === seen);
  return known(running) ?? running[0] ?? known(plane) ?? null;
}
