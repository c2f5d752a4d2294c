/** One page of a list, newest first. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Hand it in as `cursor` for the next page; null on the last. */
  readonly nextCursor: string | null;
}

export interface PageRequest {
  /** The id after which the page begins. */
  readonly cursor?: string | undefined;
  /** Items at the most, 1–200. */
  readonly limit: number;
}

/** Makes a page of `limit` items from one more than that; the extra one only tells that there is a next page. */
export function toPage<T extends { readonly id: string }>(items: readonly T[], limit: number): Page<T> {
  const page = items.slice(0, limit);
  return { items: page, nextCursor: items.length > limit ? (page.at(-1)?.id ?? null) : null };
}
