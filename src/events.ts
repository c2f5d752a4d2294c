import type { Tx } from './platform/database.ts';
import type { Jobs } from './platform/jobs.ts';

/**
 * What the rooms say to each other, in the order of the stream. Ids only. An event is published in the transaction of
 * its fact, so neither exists without the other; each listening room handles it in one job of its own.
 */
export interface EventPayloads {
  /** intake: a company decided against an application, and we have read it back from the ATS. */
  'rejection-recorded': { readonly rejectionId: string; readonly connectionId: string };
  /** intake: the decision no longer stands, or nothing may be sent to this person any more. */
  'rejection-lifted': { readonly rejectionId: string; readonly why: 'reinstated' | 'hired' | 'erased' };
  /** intake: a person applied, where a link of their own is to be written into the ATS. Once per application. */
  'application-received': {
    readonly connectionId: string;
    readonly applicationRef: string;
    readonly candidateRef: string;
    readonly personId: string;
  };
  /** letter: a letter is planned to leave; it may still be held or cancelled. */
  'letter-planned': { readonly letterId: string; readonly rejectionId: string; readonly connectionId: string };
  /** letter: a letter waits for a person, and why: a hold, or a sending that failed or whose end nobody knows. */
  'letter-held': {
    readonly letterId: string;
    readonly rejectionId: string;
    readonly connectionId: string;
    readonly reason: string;
  };
  /** letter: what was told of a letter is no longer so: a person decided, or its rejection was lifted. */
  'letter-changed': { readonly letterId: string };
  /** letter: the letter left (or stands in the outbox). */
  'letter-sent': { readonly letterId: string; readonly rejectionId: string };
  /** consent: a person agreed to the introduction by an agency. */
  'consent-granted': { readonly consentId: string; readonly personId: string; readonly agencyId: string };
  /** consent: a person took the agreement back. */
  'consent-withdrawn': { readonly consentId: string; readonly personId: string; readonly agencyId: string };
  /** credit: one more referral counts. `towardsNext` of `perCredit` after this one; 0 when it completed a credit. */
  'referral-counted': {
    readonly referralId: string;
    readonly postingId: string;
    readonly towardsNext: number;
    readonly perCredit: number;
  };
  /** credit: referrals became one credit. `available` is the balance after it, in credits. */
  'credit-earned': { readonly postingId: string; readonly available: number };
  /** credit: one credit is held for an introduction, and how that ended. `available` is the balance after it, in credits. */
  'credit-reserved': { readonly reservationId: string; readonly available: number };
  'credit-used': { readonly reservationId: string; readonly available: number };
  'credit-released': { readonly reservationId: string; readonly available: number };
  /** credit: that many credits ran out together. `postingId` is the last of theirs. */
  'credit-expired': { readonly postingId: string; readonly credits: number; readonly available: number };
  /** connector: a company said anew what its rejection reasons mean. */
  'mapping-changed': { readonly connectionId: string };
  /** intake: a file was taken, or waits for its columns to be confirmed. Counts of rows. */
  'import-finished': {
    readonly importId: string;
    readonly connectionId: string;
    readonly state: 'needs-confirmation' | 'done';
    readonly rows: number;
    readonly rejections: number;
    readonly setAside: number;
  };
  /** connector: the ATS refuses us and the company must act; or it works again. */
  'connection-failing': { readonly connectionId: string; readonly code: string; readonly since: string };
  'connection-recovered': { readonly connectionId: string; readonly since: string };
  /**
   * intake: no webhook came since then, for longer than usual; or `missed` rejections, found by polling, that no webhook
   * told in all the time a vendor tries.
   */
  'connection-silent': { readonly connectionId: string; readonly since: string; readonly missed: number };
}

export type EventName = keyof EventPayloads;
export type EventOf<N extends EventName> = { readonly companyId: string } & EventPayloads[N];

export interface Events {
  /** Says it to every listening room, in the transaction of the fact. */
  publish<N extends EventName>(tx: Tx, name: N, events: readonly EventOf<N>[]): Promise<void>;
  /** Lets a room listen, in jobs of its own queue `<room>.<event>`. Before start. */
  listen<N extends EventName>(
    room: string,
    name: N,
    handle: (events: readonly EventOf<N>[]) => Promise<void>,
    batch?: number,
  ): void;
}

export function openEvents(jobs: Jobs): Events {
  const listeners = new Map<EventName, string[]>();
  return {
    async publish(tx, name, events) {
      await Promise.all((listeners.get(name) ?? []).map((queue) => jobs.enqueue(tx, queue, events)));
    },
    listen(room, name, handle, batch = 50) {
      const queue = `${room}.${name}`;
      jobs.define({ name: queue, batch, handle });
      listeners.set(name, [...(listeners.get(name) ?? []), queue]);
    },
  };
}
