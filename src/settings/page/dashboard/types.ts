import type { z } from 'zod';
import type * as schemas from '../../api/dashboard-schemas.ts';

export type Dashboard = z.input<typeof schemas.Dashboard>;
export type Need = Dashboard['needs'][number];
export type Groups = Dashboard['reasons'];
export type Band = NonNullable<Groups['cells'][number]['rejections']>;
export type Week = Dashboard['weeks'][number];

export const spans = ['12', '26', '52'] as const;
export type Span = (typeof spans)[number];

/** What stands in the address; without it twelve weeks. */
export interface DashboardSearch {
  readonly weeks?: 26 | 52 | undefined;
}

export function toDashboardSearch(search: { readonly weeks?: unknown }): DashboardSearch {
  return { weeks: ([26, 52] as const).find((weeks) => weeks === Number(search.weeks)) };
}
