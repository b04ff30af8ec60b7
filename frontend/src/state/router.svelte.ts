/** The page shown is the hash of the address. */

export type Route =
  | { readonly page: "home" }
  | { readonly page: "sessions" }
  | { readonly page: "session"; readonly id: string }
  | { readonly page: "view"; readonly id: string; readonly code: string }
  | { readonly page: "compare"; readonly first: string; readonly second: string }
  | { readonly page: "lesson"; readonly name: string }
  | { readonly page: "link"; readonly code: string }
  | { readonly page: "lost"; readonly hash: string };

/** Return the route that a hash stands for. */
export function routeOf(hash: string): Route {
  const [page = "", first = "", second = "", third = ""] = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .map((part) => decodeURIComponent(part));
  if (page === "") return { page: "home" };
  if (page === "sessions") return { page: "sessions" };
  if (page === "s" && second === "view" && third !== "")
    return { page: "view", id: first, code: third };
  if (page === "s" && first !== "") return { page: "session", id: first };
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
      return `#/s/${encodeURIComponent(route.id)}`;
    case "view":
      return `#/s/${encodeURIComponent(route.id)}/view/${route.code}`;
    case "compare":
      return `#/compare/${encodeURIComponent(route.first)}/${encodeURIComponent(route.second)}`;
    case "lesson":
      return `#/lesson/${encodeURIComponent(route.name)}`;
    case "link":
      return `#/x/${route.code}`;
    case "lost":
      return route.hash;
    default:
      return route satisfies never;
  }
}

class Router {
  route = $state.raw<Route>(routeOf(location.hash));

  constructor() {
    window.addEventListener("hashchange", () => (this.route = routeOf(location.hash)));
  }

  go(route: Route, { replace = false } = {}): void {
    if (replace) history.replaceState(null, "", hashOf(route));
    else history.pushState(null, "", hashOf(route));
    this.route = route;
  }
}

export const router = new Router();
