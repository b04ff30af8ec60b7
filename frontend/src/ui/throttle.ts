/** Return a function that calls at most every `interval_ms`, the last call always included. */
export function throttled<T>(call: (value: T) => void, interval_ms: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  return (value: T): void => {
    clearTimeout(timer);
    const wait = last + interval_ms - performance.now();
    const fire = () => {
      last = performance.now();
      call(value);
    };
    if (wait <= 0) fire();
    else timer = setTimeout(fire, wait);
  };
}
