import type { Connections } from '../connector/index.ts';
import type { Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Server } from '../platform/http-server.ts';
import type { JobData, Jobs } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import type { Mailer } from '../platform/mail.ts';
import { openAnswers } from './answer.ts';
import { openNonces } from './nonce.ts';
import { openPages } from './pages.ts';
import { sendReceipts } from './receipt.ts';
import { registerConsentPages } from './routes.ts';
import { openVisits } from './visit.ts';
import { openWriteBack, planWriteBacks, type WriteBackJob, writeBackQueue } from './write-back.ts';

export interface ConsentParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly connections: Connections;
  readonly mailer: Mailer;
  /** Our own origin. Links, cookies and the check of a form's sender hang on it. */
  readonly baseUrl: string;
  readonly mailFrom: string;
  /** The current one first. */
  readonly secretKeys: readonly Buffer[];
}

export interface Consents {
  /** The applicant's pages under /c. */
  routes(server: Server): Promise<void>;
}

/** Asks people, keeps what they decide, tells them so by mail, and writes it back to the ATS. Before the jobs start. */
export function openConsents(parts: ConsentParts): Consents {
  const { events, jobs } = parts;
  for (const decision of ['consent-granted', 'consent-withdrawn'] as const) {
    events.listen('receipt', decision, (decided) =>
      sendReceipts(parts, ...toIds(decided, ({ consentId }) => consentId)),
    );
    events.listen('write-back', decision, (decided) =>
      planWriteBacks(parts, ...toIds(decided, ({ consentId }) => consentId)),
    );
  }
  const writeBack = openWriteBack(parts);
  jobs.define<WriteBackJob>({
    name: writeBackQueue,
    batch: 50,
    handle: (batch) => writeBack(...toIds(batch, ({ writeBackId }) => writeBackId)),
  });
  const pages = openPages();
  const nonces = openNonces(parts.secretKeys);
  const visits = openVisits(parts);
  const answers = openAnswers({ ...parts, pages });
  return { routes: (server) => registerConsentPages(server, { ...parts, pages, nonces, visits, answers }) };
}

/** A batch's one company, and the ids in it. */
function toIds<T extends JobData>(batch: readonly T[], toId: (job: T) => string): [string, readonly string[]] {
  return [batch[0]?.companyId ?? '', [...new Set(batch.map(toId))]];
}
