import { declaration } from './checks/declaration.ts';
import { file } from './checks/file.ts';
import { fixtures } from './checks/fixtures.ts';
import { lookups } from './checks/lookups.ts';
import { poll } from './checks/poll.ts';
import { reread } from './checks/reread.ts';
import { settings } from './checks/settings.ts';
import type { Check } from './checks/support.ts';
import { webhook } from './checks/webhook.ts';
import { writeBack } from './checks/write-back.ts';

export type { Check };

/** Everything every connector promises, in the order of the stream. */
export const checks: readonly Check[] = [
  ...declaration,
  ...settings,
  ...reread,
  ...lookups,
  ...poll,
  ...webhook,
  ...file,
  ...writeBack,
  ...fixtures,
];

/** What is asked again for every other way of writing back. */
export const variantChecks: readonly Check[] = writeBack;
