import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../../platform/error-codes.ts';
import { type PageRequest, toPage } from '../../platform/page.ts';
import { Problem } from './schemas.ts';

interface Json<S> {
  readonly description: string;
  readonly content: { readonly 'application/json': { readonly schema: S } };
}

/** What an operation answers when it went well, and how the documentation puts it. */
export function json<S extends z.ZodType>(description: string, schema: S): Json<S> {
  return { description, content: { 'application/json': { schema } } };
}

export function nothing(description: string): z.ZodUndefined {
  return z.undefined().describe(description);
}

/** Every operation can meet these. */
const common: readonly ErrorCode[] = [
  'request_invalid',
  'request_unauthorized',
  'request_forbidden',
  'request_rate_limited',
  'internal_error',
  'database_unavailable',
];

/** Whatever asks an ATS can meet these. */
export const vendorProblems = [
  'vendor_unauthorized',
  'vendor_forbidden',
  'vendor_address_refused',
  'vendor_rate_limited',
  'vendor_unavailable',
  'vendor_refused',
  'vendor_not_understood',
] as const satisfies readonly ErrorCode[];

/**
 * The problems an operation can answer, documented from the codes themselves. The type is empty on purpose: handlers
 * throw a RelayError, they never send a problem.
 */
export function problems(...codes: readonly ErrorCode[]): Readonly<Record<never, never>> {
  const byStatus = Map.groupBy([...common, ...codes], (code) => errorCodes[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, sharing]) => [
      status,
      {
        description: sharing.map((code) => `\`${code}\`: ${errorCodes[code].en}`).join('\n\n'),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  );
}

export interface Listed<T> {
  items: T[];
  nextCursor: string | null;
}

/** A room's page as the API sends it. */
export function toListed<T>(page: { readonly items: readonly T[]; readonly nextCursor: string | null }): Listed<T> {
  return { items: [...page.items], nextCursor: page.nextCursor };
}

/** Newest first, cut from a list so short that the room hands it out whole. Ids grow with time. */
export function cutPage<T extends { readonly id: string }>(
  all: readonly T[],
  { cursor, limit }: PageRequest,
): Listed<T> {
  const newestFirst = all.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const rest = cursor === undefined ? newestFirst : newestFirst.filter(({ id }) => id < cursor);
  return toListed(toPage(rest, limit));
}
