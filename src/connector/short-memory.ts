import type { Clock } from '../platform/clock.ts';

/** What was looked up a moment ago. Ids that do not exist are remembered too, apart, so that a flood of them evicts nothing. */
export interface ShortMemory<T> {
  /** Looks up once for all who ask within the time to live. A look-up that fails is not remembered. */
  get(id: string): Promise<T | undefined>;
  forget(id: string): void;
}

export interface ShortMemoryOptions {
  readonly clock: Clock;
  readonly ttlMs: number;
  /** Entries kept of each sort; the oldest go first. */
  readonly max: number;
}

export function openShortMemory<T>(
  { clock, ttlMs, max }: ShortMemoryOptions,
  lookUp: (id: string) => Promise<T | undefined>,
): ShortMemory<T> {
  const known = new Map<string, { readonly value: Promise<T | undefined>; readonly untilMs: number }>();
  const unknown = new Map<string, number>();

  async function lookUpAndSort(id: string, untilMs: number): Promise<T | undefined> {
    try {
      const value = await lookUp(id);
      if (value === undefined) {
        known.delete(id);
        putBounded(unknown, id, untilMs, max);
      }
      return value;
    } catch (error) {
      known.delete(id);
      throw error;
    }
  }

  return {
    get(id) {
      const nowMs = clock.now().getTime();
      const entry = known.get(id);
      if (entry && entry.untilMs > nowMs) return entry.value;
      if ((unknown.get(id) ?? 0) > nowMs) return Promise.resolve(undefined);
      const untilMs = nowMs + ttlMs;
      const value = lookUpAndSort(id, untilMs);
      putBounded(known, id, { value, untilMs }, max);
      return value;
    },
    forget(id) {
      known.delete(id);
      unknown.delete(id);
    },
  };
}

/** A map keeps the order of insertion, so its first key is the oldest. */
function putBounded<V>(map: Map<string, V>, key: string, value: V, max: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
