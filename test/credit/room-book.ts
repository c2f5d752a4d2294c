import { listReferrals } from '../../src/credit/index.ts';
import type { EventOf } from '../../src/events.ts';
import type { Database } from '../../src/platform/database.ts';
import { dayMs, type Figures, firstInstant, type Operation, pickFrom, type Rules } from './operations.ts';
import { openRoom } from './room.ts';

/** The credit room on a database, driven by operations through its door. */
export interface RoomBook {
  readonly companyId: string;
  apply(operation: Operation): Promise<string>;
  figures(): Promise<Figures>;
}

export async function openRoomBook(database: Database, first: Rules, peopleCount = 8): Promise<RoomBook> {
  const room = await openRoom(database);
  room.clock.set(new Date(firstInstant).toISOString());
  const { companyId } = room;
  const people = await room.addPeople(peopleCount, { areRejected: false });
  const heard: EventOf<'consent-granted'>[] = [];
  const reservations = new Map<number, string>();
  const standing = new Set<string>();

  await room.agreeTerms(first);

  /** In the order of agreeing. */
  async function readReferrals() {
    const rows = await database.forCompany(companyId, async (tx) => {
      const items = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await listReferrals(tx, { companyId, limit: 200, ...(cursor ? { cursor } : {}) });
        items.push(...page.items);
        cursor = page.nextCursor;
      }
      return items;
    });
    const order = new Map(heard.map(({ consentId }, index) => [consentId, index]));
    return rows.toSorted((a, b) => (order.get(a.consentId) ?? 0) - (order.get(b.consentId) ?? 0));
  }
  const pickReferral = async (pick: number) => pickFrom(await readReferrals(), pick)?.id;
  const toWord = (answer: { readonly ok: true } | { readonly ok: false; readonly reason: string }) =>
    answer.ok ? 'ok' : answer.reason;

  async function apply(operation: Operation): Promise<string> {
    switch (operation.kind) {
      case 'agree':
      case 'agree-alone': {
        const personId = people[operation.person] ?? '';
        if (standing.has(personId)) return 'none';
        standing.add(personId);
        if (operation.kind === 'agree') await room.reject([personId]);
        const granted = await room.decide([personId]);
        heard.push(...granted);
        await room.events.deliver('consent-granted', granted);
        const row = (await readReferrals()).at(-1);
        return row?.reason ?? (row?.status === 'counted' ? 'ok' : (row?.status ?? 'lost'));
      }
      case 'reject':
        await room.events.deliver('rejection-recorded', await room.reject([people[operation.person] ?? '']));
        return 'ok';
      case 'withdraw': {
        const personId = people[operation.person] ?? '';
        if (!standing.delete(personId)) return 'none';
        await room.events.deliver('consent-withdrawn', await room.decide([personId], 'withdrawn'));
        return 'ok';
      }
      case 'hear-again': {
        const granted = pickFrom(heard, operation.pick);
        if (granted) await room.events.deliver('consent-granted', [granted]);
        return 'ok';
      }
      case 'confirm': {
        const referralId = await pickReferral(operation.pick);
        return referralId ? toWord(await room.credits.confirmReferral(companyId, referralId, 'admin')) : 'none';
      }
      case 'reverse': {
        const referralId = await pickReferral(operation.pick);
        return referralId ? toWord(await room.credits.reverseReferral(companyId, referralId, 'void', 'admin')) : 'none';
      }
      case 'reserve': {
        const answer = await room.credits.reserve(companyId, { reason: 'x', key: String(operation.key) });
        if (answer.ok) reservations.set(operation.key, answer.reservationId);
        return toWord(answer);
      }
      case 'use':
      case 'release': {
        const reservationId = pickFrom([...reservations.values()], operation.pick);
        return reservationId ? toWord(await room.credits[operation.kind](reservationId)) : 'none';
      }
      case 'sweep': {
        // The sweep is for all companies, so what it gives counts those of other tests, too.
        const before = (await room.readBalance()).credits.expired;
        await room.credits.sweepExpiry();
        return String((await room.readBalance()).credits.expired - before);
      }
      case 'wait':
        room.clock.advance(operation.days * dayMs);
        return 'ok';
      case 'new-terms':
        await room.agreeTerms(operation.terms);
        return 'ok';
    }
  }

  return {
    companyId,
    apply,
    async figures() {
      const { referrals, credits } = await room.readBalance();
      return { counted: referrals.counted, towardsNext: referrals.towardsNext, ...credits };
    },
  };
}
