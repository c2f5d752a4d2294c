import type { VendorTemplate } from '../connector/index.ts';

/** The link of ours that a vendor's template carries. */
export type CarriedLink = 'static' | 'personal' | 'none';

/** Pure. A personal link counts before the static one; the address of another company that begins alike is none. */
export function findCarriedLink(
  { content, showsPersonalLink }: Pick<VendorTemplate, 'content' | 'showsPersonalLink'>,
  staticUrl: string,
): CarriedLink {
  if (showsPersonalLink === true) return 'personal';
  const after = content.split(staticUrl).slice(1);
  return after.some((rest) => !/^[a-z0-9-]/i.test(rest)) ? 'static' : 'none';
}
