/** How the page looks on this screen: theme, and whether it is being presented. */

export type Theme = "light" | "dark";
const KEY = "lantern.theme";

class Appearance {
  theme = $state<Theme>(preferred());
  /** Chrome hidden, type at 1.5. */
  presenting = $state(false);

  constructor() {
    this.show();
  }

  toggleTheme(): void {
    this.theme = this.theme === "light" ? "dark" : "light";
    localStorage.setItem(KEY, this.theme);
    this.show();
  }

  present(presenting: boolean): void {
    this.presenting = presenting;
    this.show();
  }

  private show(): void {
    const root = document.documentElement;
    root.dataset["theme"] = this.theme;
    root.toggleAttribute("data-presenting", this.presenting);
  }
}

function preferred(): Theme {
  const kept = localStorage.getItem(KEY);
  if (kept === "light" || kept === "dark") return kept;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export const appearance = new Appearance();
