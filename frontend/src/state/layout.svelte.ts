/** How the page is divided on this screen: what fills it, and how high the stage is. */

const KEY = "lantern.stage-share";
const LOW_SCREEN_PX = 860;
const LEAST_SHARE = 0.25;
const MOST_SHARE = 0.85;

/** The panel of the stage, which is meant where nothing else is pointed at. */
export const NETWORK = "network";

class Layout {
  /** The panel that fills the page, by its id. */
  maximised = $state<string | null>(null);
  /** The panel under the pointer. */
  pointed: string | null = null;
  /** Whether the tabs of inspectors stand open below the stage. */
  inspectors = $state(true);
  /** The same below a network in the plane, which has the whole stage to begin with. */
  planeInspectors = $state(false);
  private share = $state(kept());

  /** Of the height in the middle, the part that the stage takes. */
  get stageShare(): number {
    return this.share;
  }

  set stageShare(share: number) {
    this.share = Math.max(LEAST_SHARE, Math.min(MOST_SHARE, share));
    localStorage.setItem(KEY, this.share.toFixed(3));
  }

  /** Let a panel fill the page, or give the page back. */
  toggle(panel: string = this.pointed ?? NETWORK): void {
    this.maximised = this.maximised === null ? panel : null;
  }

  /** An attachment for what can fill the page: it becomes the panel pointed at. */
  readonly panel = (id: string) => (element: HTMLElement) => {
    const enter = () => (this.pointed = id);
    const leave = () => (this.pointed = this.pointed === id ? null : this.pointed);
    element.addEventListener("pointerenter", enter);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("focusin", enter);
    return () => {
      element.removeEventListener("pointerenter", enter);
      element.removeEventListener("pointerleave", leave);
      element.removeEventListener("focusin", enter);
      leave();
      if (this.maximised === id) this.maximised = null;
    };
  };
}

function kept(): number {
  const share = Number(localStorage.getItem(KEY));
  if (share >= LEAST_SHARE && share <= MOST_SHARE) return share;
  return window.innerHeight < LOW_SCREEN_PX ? 0.56 : 0.46;
}

export const layout = new Layout();
