import { benchCalls } from './calls.ts';
import { benchFullRead } from './full-read.ts';
import { benchFullReadBucket } from './full-read-bucket.ts';
import { benchLedger } from './ledger.ts';
import { benchPage } from './page.ts';
import { benchRelay } from './relay.ts';
import { benchWebhook } from './webhook.ts';

const benches: Readonly<Record<string, () => Promise<void>>> = {
  webhook: benchWebhook,
  relay: benchRelay,
  calls: benchCalls,
  'full-read': benchFullRead,
  'full-read-bucket': benchFullReadBucket,
  ledger: benchLedger,
  page: benchPage,
};

/** `npm run bench` runs all; `npm run bench -- webhook` one. Needs a PostgreSQL server (DATABASE_URL). */
const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}
