/** A value for text: what changes at the rate of frames is read at most ten times a second. */

const EVERY_MS = 100;

/** Follow a value for as long as the component lives; call it while the component is set up. */
export function calm<T>(value: () => T): { readonly value: T } {
  let shown = $state.raw(value());
  let last = -Infinity;
  $effect(() => {
    const next = value();
    const wait = last + EVERY_MS - performance.now();
    const show = (): void => {
      last = performance.now();
      shown = next;
    };
    if (wait <= 0) return show();
    // A newer value takes the place of this one, and waits for what is left of the time.
    const timer = setTimeout(show, wait);
    return () => clearTimeout(timer);
  });
  return {
    get value() {
      return shown;
    },
  };
}
