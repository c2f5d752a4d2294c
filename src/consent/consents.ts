import type { Connections } from '../connector/index.ts';
import type { Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Server } from '../platform/http-server.ts';
import type { JobData, Jobs } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import type { Mailer } from '../platform/mail.ts';
import type { Vault } from '../platform/vault.ts';
import { openAnswers } from './answer.ts';
import { openNonces } from './nonce.ts';
import { openPages } from './pages.ts';
import { sendReceipts } from './receipt.ts';
import { registerConsentPages } from './routes.ts';
import { type CodeJob, codeQueue, forgetTyped } from './static-link.ts';
import { sendCodes } from './static-link-mail.ts';
import { registerStaticLinks } from './static-link-routes.ts';
import { openVisits } from './visit.ts';
import { openWriteBack, planForRejected, planWriteBacks, type WriteBackJob, writeBackQueue } from './write-back.ts';

export interface ConsentParts {
  readonly database: Database;
  readonly vault: Vault;
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
  /** The applicant's pages under /c, and the companies' static links under /r. */
  routes(server: Server): Promise<void>;
  /** Forgets what was typed behind static links once it is of no more use; gives how many. */
  forgetTyped(): Promise<number>;
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
  events.listen('write-back', 'rejection-recorded', (recorded) =>
    planForRejected(parts, ...toIds(recorded, ({ rejectionId }) => rejectionId)),
  );
  const writeBack = openWriteBack(parts);
  jobs.define<WriteBackJob>({
    name: writeBackQueue,
    batch: 50,
    handle: (batch) => writeBack(...toIds(batch, ({ writeBackId }) => writeBackId)),
  });
  jobs.define<CodeJob>({
    name: codeQueue,
    batch: 20,
    handle: (batch) => sendCodes(parts, ...toIds(batch, ({ proofId }) => proofId)),
  });
  const pages = openPages();
  const nonces = openNonces(parts.secretKeys);
  const visits = openVisits(parts);
  const answers = openAnswers({ ...parts, pages });
  return {
    async routes(server) {
      await registerConsentPages(server, { ...parts, pages, nonces, visits, answers });
      await registerStaticLinks(server, { ...parts, pages, nonces });
    },
    forgetTyped: () => forgetTyped(parts),
  };
}

/** A batch's one company, and the ids in it. */
function toIds<T extends JobData>(batch: readonly T[], toId: (job: T) => string): [string, readonly string[]] {
  return [batch[0]?.companyId ?? '', [...new Set(batch.map(toId))]];
}
