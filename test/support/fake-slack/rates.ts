/** Calls per minute of the tiers: docs.slack.dev, "Rate limits" (read 2026-11-29). */
export const tiers = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
/** chat.postMessage and others of the "special" tier: no figure is written; several hundred a minute for auth.test. */
export const special = 300;

/** Slack tolerates "a small amount of burst" above each tier and does not say how much: so many more in a minute. */
const spare = 4;
/** Posting: one message per second and channel, "short bursts allowed". So many at once, then one a second. */
export const postBurst = 5;
const minuteMs = 60_000;

export interface RateLimits {
  /** Counts a call. @returns 0, or the seconds to wait where it was one too many; that one does not count. */
  takeCall(key: string, perMinute: number): number;
  /** Counts a message for a channel, likewise. */
  takePost(key: string): number;
  limit(isLimited: boolean): void;
}

/** Limits by the given clock. Slack keeps them per method, workspace and app; posts also per channel. */
export function makeRateLimits(now: () => Date): RateLimits {
  const calls = new Map<string, readonly number[]>();
  const posts = new Map<string, { readonly left: number; readonly at: number }>();
  let isOn = true;
  return {
    takeCall(key, perMinute) {
      const at = now().getTime();
      const recent = (calls.get(key) ?? []).filter((earlier) => at - earlier < minuteMs);
      const oldest = recent[0];
      if (isOn && oldest !== undefined && recent.length >= perMinute + spare)
        return Math.ceil((oldest + minuteMs - at) / 1000);
      calls.set(key, [...recent, at]);
      return 0;
    },
    takePost(key) {
      const at = now().getTime();
      const before = posts.get(key) ?? { left: postBurst, at };
      const left = Math.min(postBurst, before.left + (at - before.at) / 1000);
      if (isOn && left < 1) return Math.ceil(1 - left);
      posts.set(key, { left: Math.max(0, left - 1), at });
      return 0;
    },
    limit(isLimited) {
      isOn = isLimited;
    },
  };
}
