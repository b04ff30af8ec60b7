/** The options of the page that is open; `hidden(name)` says whether a control is shown. */

import { decodeOptions, encodeOptions, PLAIN, type PageOptions } from "./page-options";

class PageOptionsState {
  value = $state.raw<PageOptions>(PLAIN);

  /** Whether any control is hidden now. */
  get hides(): boolean {
    return (this.value.hide?.length ?? 0) > 0;
  }

  /** Take the options of an address that was opened. */
  take(query: string): void {
    this.value = query === "" ? PLAIN : decodeOptions(query);
  }

  /** Hide what a lesson asks for, unless the address says what to hide. */
  suggest(hide: readonly string[]): void {
    if (this.value.hide === null && hide.length > 0) this.value = { ...this.value, hide };
  }

  /** Show every control again; the address says so, and a reload keeps it. */
  readonly showAll = (): void => this.write({ ...this.value, hide: [] });

  private write(options: PageOptions): void {
    this.value = options;
    const [path = ""] = location.hash.split("?");
    const query = encodeOptions(options);
    history.replaceState(null, "", query === "" ? path : `${path}?${query}`);
  }
}

export const pageOptions = new PageOptionsState();

/** Whether the control of this name is hidden on this page; reactive. */
export function hidden(name: string): boolean {
  return pageOptions.value.hide?.includes(name) ?? false;
}
