import { countBusinessMs } from '../platform/business-hours.ts';

/** What is known of how a connection's webhooks come. */
export interface Hearing {
  /** When deliveries came in the last 60 days, oldest first. */
  readonly heardAt: readonly Date[];
  /** When the rejections were decided that polling found and no webhook told. */
  readonly missedAt: readonly Date[];
  /** The silence that was told last. */
  readonly told: { readonly lastHeardAt: Date; readonly toldAt: Date } | null;
}

export interface Silence {
  /** When the last delivery came. */
  readonly since: Date;
  readonly missed: number;
}

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** With fewer deliveries nobody can say what is usual. */
export const heardLeast = 10;
export const heardDays = 60;
/** A vendor gives a delivery up after about 15 hours of tries. */
export const triesMs = 16 * hourMs;
const longMs = 48 * hourMs;
const usualTimes = 3;
/** While other webhooks still come, missed rejections are told no more often than this. */
const pauseMs = 7 * dayMs;

/**
 * Whether recruiters should hear that webhooks are missing: none came for more than three times the usual gap (the 95th
 * percentile) and for 48 hours, or rejections were found that none told. Weekends and holidays in Japan count for nothing.
 * undefined: all as usual, too little known, or told before.
 */
export function judgeSilence({ heardAt, missedAt, told }: Hearing, now: Date): Silence | undefined {
  const since = heardAt.at(-1);
  if (!since) return undefined;
  const unheard = told ? missedAt.filter((at) => at > told.lastHeardAt) : missedAt;
  const isKnown = told?.lastHeardAt.getTime() === since.getTime();
  if (isKnown) return undefined;
  const silence = { since, missed: unheard.length };
  if (isSilent(heardAt, since, now)) return silence;
  const isTooSoon = told !== null && now.getTime() - told.toldAt.getTime() < pauseMs;
  return unheard.length > 0 && !isTooSoon ? silence : undefined;
}

function isSilent(heardAt: readonly Date[], since: Date, now: Date): boolean {
  if (heardAt.length < heardLeast) return false;
  const gaps = heardAt.slice(1).map((at, index) => countBusinessMs(heardAt[index] ?? at, at));
  return countBusinessMs(since, now) > Math.max(usualTimes * findPercentile(gaps, 0.95), longMs);
}

/** The smallest value that at least this share of all do not exceed (nearest rank). */
export function findPercentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
