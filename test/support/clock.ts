import type { Clock } from '../../src/platform/clock.ts';

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  set(instant: string): void;
  advance(ms: number): void;
}

export function makeTestClock(start = '2026-11-24T01:00:00Z'): TestClock {
  let ms = Date.parse(start);
  return {
    now: () => new Date(ms),
    set: (instant) => {
      ms = Date.parse(instant);
    },
    advance: (by) => {
      ms += by;
    },
  };
}
