import type { LetterFilter, LetterStatus } from './types.ts';

const views = ['templates', 'wording'] as const;
export type View = (typeof views)[number];

/** A tab beside the list; undefined: the list. */
export function toView(text: unknown): View | undefined {
  return views.find((one) => one === text);
}

/** What the address of the page says: which letters, which one is open, the templates, or the wording. */
export interface LetterSearch {
  readonly view?: View | undefined;
  readonly show?: Show | undefined;
  readonly connection?: string | undefined;
  readonly reason?: string | undefined;
  readonly job?: string | undefined;
  /** Days in Japan, YYYY-MM-DD, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The ATS's number of the application. */
  readonly q?: string | undefined;
  /** The letter that is open. */
  readonly letter?: string | undefined;
}

/** The states one looks for together. */
export const shows = {
  waiting: ['held', 'failed', 'unknown'],
  unknown: ['unknown'],
  planned: ['planned', 'sending'],
  sent: ['sent'],
  skipped: ['skipped'],
  cancelled: ['cancelled'],
} as const satisfies Record<string, readonly LetterStatus[]>;

export type Show = keyof typeof shows;

export function isShow(text: unknown): text is Show {
  return typeof text === 'string' && Object.hasOwn(shows, text);
}

/** What of an address we understand; the rest is dropped. A number of an application may look like a number to who reads addresses. */
export function toLetterSearch(search: Readonly<Record<string, unknown>>): LetterSearch {
  const { view, show, connection, reason, job, from, to, q, letter } = search;
  return {
    view: toView(view),
    show: isShow(show) ? show : undefined,
    connection: toId(connection),
    reason: typeof reason === 'string' && /^[a-z-]{1,60}$/.test(reason) ? reason : undefined,
    job: toText(job),
    from: toDay(from),
    to: toDay(to),
    q: toText(q),
    letter: toId(letter),
  };
}

/** Whether anything narrows the list. */
export function isNarrowed({ show, connection, reason, job, from, to, q }: LetterSearch): boolean {
  return [show, connection, reason, job, from, to, q].some((value) => value !== undefined);
}

/** The same, as the API asks it. */
export function toFilter({ show, connection, reason, job, from, to, q }: LetterSearch): LetterFilter {
  return {
    status: show && shows[show].join(','),
    ...{ connection, reason, job, q },
    from: from && toInstant(from, 0),
    to: to && toInstant(to, 1),
  };
}

/** The instant at which a day begins in Japan, some days later. */
function toInstant(day: string, daysLater: number): string {
  return new Date(Date.parse(`${day}T00:00:00+09:00`) + daysLater * 24 * 3_600_000).toISOString();
}

function toText(value: unknown): string | undefined {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim().slice(0, 200) : '';
  return text === '' ? undefined : text;
}

function toId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\da-f-]{36}$/i.test(value) ? value : undefined;
}

function toDay(value: unknown): string | undefined {
  const isDay = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
  return isDay ? value : undefined;
}
