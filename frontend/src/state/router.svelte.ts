/** The page shown is the hash of the address. */

import { isClassicHash } from "./classic";
import { pageOptions } from "./page-options.svelte";

export type Route =
  | { readonly page: "home" }
  | { readonly page: "sessions" }
  | { readonly page: "session"; readonly id: string; readonly query?: string }
  | { readonly page: "view"; readonly id: string; readonly code: string }
  | { readonly page: "compare"; readonly first: string; readonly second: string }
  | { readonly page: "lesson"; readonly name: string }
  | { readonly page: "link"; readonly code: string }
  | { readonly page: "classic"; readonly hash: string }
  | { readonly page: "lost"; readonly hash: string };

/** Return the route that a hash stands for. */
export function routeOf(hash: string): Route {
  if (isClassicHash(hash)) return { page: "classic", hash };
  const [path = "", query = ""] = split(hash);
  const [page = "", first = "", second = "", third = ""] = path
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decoded);
  if (page === "") return { page: "home" };
  if (page === "sessions") return { page: "sessions" };
  if (page === "s" && second === "view" && third !== "")
    return { page: "view", id: first, code: third };
  if (page === "s" && first !== "")
    return { page: "session", id: first, ...(query === "" ? {} : { query }) };
  if (page === "compare" && second !== "") return { page: "compare", first, second };
  if (page === "lesson" && first !== "") return { page: "lesson", name: first };
  if (page === "x" && first !== "") return { page: "link", code: first };
  return { page: "lost", hash };
}

/** Return the hash that stands for a route. */
export function hashOf(route: Route): string {
  switch (route.page) {
    case "home":
      return "#/";
    case "sessions":
      return "#/sessions";
    case "session":
      return `#/s/${encodeURIComponent(route.id)}${route.query ? `?${route.query}` : ""}`;
    case "view":
      return `#/s/${encodeURIComponent(route.id)}/view/${route.code}`;
    case "compare":
      return `#/compare/${encodeURIComponent(route.first)}/${encodeURIComponent(route.second)}`;
    case "lesson":
      return `#/lesson/${encodeURIComponent(route.name)}`;
    case "link":
      return `#/x/${route.code}`;
    case "classic":
    case "lost":
      return route.hash;
    default:
      return route satisfies never;
  }
}

/** Path and query of a hash. */
function split(hash: string): readonly string[] {
  const at = hash.indexOf("?");
  return at < 0 ? [hash] : [hash.slice(0, at), hash.slice(at + 1)];
}

/** An address that a person typed may hold a percent sign that stands for nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

class Router {
  route = $state.raw<Route>({ page: "home" });

  constructor() {
    this.enter(routeOf(location.hash));
    window.addEventListener("hashchange", () => this.enter(routeOf(location.hash)));
  }

  go(route: Route, { replace = false } = {}): void {
    if (replace) history.replaceState(null, "", hashOf(route));
    else history.pushState(null, "", hashOf(route));
    this.enter(route);
  }

  private enter(route: Route): void {
    pageOptions.take(route.page === "session" ? (route.query ?? "") : "");
    this.route = route;
  }
}

export const router = new Router();
