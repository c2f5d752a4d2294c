import type { Company } from '../../company/index.ts';
import type { EventName, EventOf, Events } from '../../events.ts';
import type { Tx } from '../../platform/database.ts';
import {
  planConnectionFailing,
  planConnectionRecovered,
  planConnectionSilent,
  planCreditEarned,
  planCreditExpired,
  planCreditReleased,
  planCreditReserved,
  planCreditUsed,
  planImportProblems,
  planLetters,
  planProgress,
  toLetterFacts,
} from './plan.ts';
import type { PlannedNotice } from './planned.ts';
import { changeNotices, recordNotices } from './record.ts';
import { listTelling } from './store.ts';
import type { WaitingParts } from './tell-waiting.ts';

type PlanOf<N extends EventName> = (
  batch: readonly EventOf<N>[],
  tx: Tx,
  company: Company,
) => Promise<readonly PlannedNotice[]>;

/** Hears the stream: each batch of one company's events is planned and recorded in one transaction. */
export function listenToStream(parts: WaitingParts & { readonly events: Pick<Events, 'listen'> }): void {
  const { events, reads } = parts;

  function tell<N extends EventName>(name: N, plan: PlanOf<N>): void {
    events.listen('slack', name, async (batch) => {
      const [first] = batch;
      if (first) await recordNotices(parts, first.companyId, (tx, company) => plan(batch, tx, company));
    });
  }

  /** What was told of these letters is no longer so. */
  async function changeLetters(tx: Tx, companyId: string, letterIds: readonly string[]): Promise<void> {
    await changeNotices(parts, tx, companyId, await listTelling(tx, companyId, letterIds.flatMap(toLetterFacts)));
  }

  function tellLetters(name: 'letter-planned' | 'letter-held', kind: 'letters-planned' | 'letters-held'): void {
    tell(name, async (batch, tx, { companyId }) => {
      const letterIds = [...new Set(batch.map(({ letterId }) => letterId))];
      // One that was planned and is held now, or the other way round, is told of twice: what the first said has changed.
      await changeLetters(tx, companyId, letterIds);
      return planLetters(kind, await reads.letters(tx, letterIds));
    });
  }

  tellLetters('letter-planned', 'letters-planned');
  tellLetters('letter-held', 'letters-held');
  for (const name of ['letter-changed', 'letter-sent'] as const)
    events.listen('slack', name, async (batch) => {
      const [first] = batch;
      if (!first) return;
      const letterIds = batch.map(({ letterId }) => letterId);
      await parts.database.forCompany(first.companyId, (tx) => changeLetters(tx, first.companyId, letterIds));
    });
  events.listen('slack', 'rejection-lifted', async (batch) => {
    const rejectionIds = batch.flatMap(({ why, rejectionId }) => (why === 'erased' ? [rejectionId] : []));
    const companyId = batch[0]?.companyId;
    if (companyId === undefined || rejectionIds.length === 0) return;
    await parts.database.forCompany(companyId, async (tx) =>
      changeLetters(tx, companyId, await reads.letterIdsOf(tx, rejectionIds)),
    );
  });

  tell('referral-counted', async (batch) => batch.flatMap((counted) => planProgress(counted) ?? []));
  tell('credit-earned', async (batch) => batch.map(planCreditEarned));
  tell('credit-reserved', async (batch) => batch.map(planCreditReserved));
  tell('credit-used', async (batch) => batch.map(planCreditUsed));
  tell('credit-released', async (batch) => batch.map(planCreditReleased));
  tell('credit-expired', async (batch) => batch.map(planCreditExpired));
  tellOfConnections(parts, tell);
}

function tellOfConnections(
  { connections }: WaitingParts,
  tell: <N extends EventName>(name: N, plan: PlanOf<N>) => void,
): void {
  /** undefined once the connection is removed: nobody needs to hear of it any more. */
  async function readConnector(tx: Tx, connectionId: string) {
    const connection = await connections.read(tx, connectionId);
    return connection && connections.connector(connection.connector);
  }

  async function planEach<E extends { readonly connectionId: string }>(
    batch: readonly E[],
    tx: Tx,
    plan: (event: E, connector: NonNullable<Awaited<ReturnType<typeof readConnector>>>) => PlannedNotice | undefined,
  ): Promise<readonly PlannedNotice[]> {
    const planned = [];
    for (const event of batch) {
      const connector = await readConnector(tx, event.connectionId);
      const notice = connector && plan(event, connector);
      if (notice) planned.push(notice);
    }
    return planned;
  }

  tell('connection-failing', (batch, tx, { locale }) =>
    planEach(batch, tx, (failing, { title }) => planConnectionFailing(failing, { title, locale })),
  );
  tell('connection-recovered', (batch, tx) =>
    planEach(batch, tx, (recovered, { title }) => planConnectionRecovered(recovered, title)),
  );
  tell('connection-silent', (batch, tx) =>
    planEach(batch, tx, (silent, { title, api }) =>
      planConnectionSilent(silent, { title, isPolled: api?.poll !== undefined }),
    ),
  );
  tell('import-finished', (batch, tx) =>
    planEach(batch, tx, (finished, { title }) => planImportProblems(finished, title)),
  );
}
