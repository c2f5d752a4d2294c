import { jest } from '@jest/globals';
import type { TestRelay } from '../relay.ts';

/** All that Jest could fake besides Date: none of it, for the database waits by it. */
const real = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

/** The sign-in library asks Date for the time: lets it stand still there as on the relay's clock. */
export function stopDate(relay: Pick<TestRelay, 'clock'>): void {
  jest.useFakeTimers({ now: relay.clock.now(), doNotFake: [...real] });
}

export function pass(relay: Pick<TestRelay, 'clock'>, seconds: number): void {
  relay.clock.advance(seconds * 1_000);
  jest.setSystemTime(relay.clock.now());
}

export const minute = 60;
export const hour = 3_600;
