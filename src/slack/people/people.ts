import { z } from 'zod';
import { type Role, readCompany } from '../../company/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Cache } from '../../platform/cache.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { hashCode, isUserRef, makeCode, wrongCodesAtMost } from './model.ts';
import {
  deletePerson,
  insertLinkCode,
  type PersonKey,
  readRole,
  readTiedWorkspace,
  savePerson,
  saveRole,
  takeLinkCode,
} from './store.ts';

export interface PeopleParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly cache: Cache;
}

/** linked: they may act as `role` · unknown-code: wrong, used, ended or of elsewhere · slow-down: too many wrong ones. */
export type RedeemOutcome =
  | { readonly kind: 'linked'; readonly companyId: string; readonly company: string; readonly role: Role }
  | { readonly kind: 'unknown-code' }
  | { readonly kind: 'slow-down' };

/** Who of a workspace may act for a company. Every change leaves an audit line, ids only. */
export interface People {
  /** @throws RelayError request_invalid for an id that is none of Slack's, slack_not_connected while no workspace is tied. */
  linkPerson(
    companyId: string,
    person: { readonly slackRef: string; readonly role: Role },
    actor: string,
  ): Promise<void>;
  /** A code that the person types into Slack: once, within a day. @throws RelayError slack_not_connected while no workspace is tied. */
  makeLinkCode(
    companyId: string,
    role: Role,
    actor: string,
  ): Promise<{ readonly code: string; readonly expiresAt: Date }>;
  /** @throws RelayError request_not_found. */
  unlinkPerson(companyId: string, slackRef: string, actor: string): Promise<void>;
  /** @throws RelayError request_not_found. */
  changeRole(companyId: string, slackRef: string, role: Role, actor: string): Promise<void>;
  /** What `/career-relay link <code>` does. */
  redeem(person: { readonly teamRef: string; readonly userRef: string }, code: string): Promise<RedeemOutcome>;
}

export function openPeople(parts: PeopleParts): People {
  const { database, clock } = parts;
  return {
    linkPerson: (companyId, { slackRef, role }, actor) =>
      withKey(parts, companyId, slackRef, async (tx, key) => {
        const { before } = await savePerson(tx, key, role, clock.now());
        if (before !== role) await noteLink(parts, tx, key, actor, role, before);
      }),
    async makeLinkCode(companyId, role, actor) {
      const code = makeCode();
      const expiresAt = await database.forCompany(companyId, async (tx) => {
        await requireTie(tx, companyId);
        const now = clock.now();
        await appendAudit(tx, {
          companyId,
          at: now,
          actor,
          action: 'slack.link-code-made',
          subject: companyId,
          detail: { role },
        });
        return insertLinkCode(tx, { codeHash: hashCode(code), companyId, role }, now);
      });
      return { code, expiresAt };
    },
    unlinkPerson: (companyId, slackRef, actor) =>
      withKey(parts, companyId, slackRef, async (tx, key) => {
        if (!(await deletePerson(tx, key))) throw notLinked();
        await note(parts, tx, key, actor, 'slack.person-unlinked', {});
      }),
    changeRole: (companyId, slackRef, role, actor) =>
      withKey(parts, companyId, slackRef, async (tx, key) => {
        const before = await readRole(tx, key);
        if (!before) throw notLinked();
        if (before === role) return;
        await saveRole(tx, key, role);
        await note(parts, tx, key, actor, 'slack.role-changed', { from: before, to: role });
      }),
    redeem: (person, code) => redeem(parts, person, code),
  };
}

const minuteMs = 60_000;
const Wrong = z.array(z.number());

async function redeem(
  parts: PeopleParts,
  { teamRef, userRef }: { readonly teamRef: string; readonly userRef: string },
  code: string,
): Promise<RedeemOutcome> {
  const { database, cache, clock } = parts;
  const now = clock.now();
  const key = `slack-wrong-code:${teamRef}:${userRef}`;
  const wrong = ((await cache.read(key, Wrong)) ?? []).filter((at) => at > now.getTime() - minuteMs);
  if (wrong.length >= wrongCodesAtMost) return { kind: 'slow-down' };
  // Counted before it is looked at, so that codes tried at the same time count as well.
  await cache.write(key, minuteMs, [...wrong, now.getTime()]);
  const found = await database.forSystem(async (tx) => {
    const taken = await takeLinkCode(tx, hashCode(code), teamRef, now);
    if (!taken) return undefined;
    const { companyId, workspaceId, role } = taken;
    const person = { companyId, workspaceId, slackRef: userRef };
    const { before } = await savePerson(tx, person, role, now);
    await noteLink(parts, tx, person, `slack:${teamRef}:${userRef}`, role, before);
    const company = await readCompany(tx, companyId);
    return { companyId, company: company?.name ?? '', role };
  });
  if (!found) return { kind: 'unknown-code' };
  await cache.forget(key);
  return { kind: 'linked', ...found };
}

function withKey(
  { database }: PeopleParts,
  companyId: string,
  slackRef: string,
  work: (tx: Tx, key: PersonKey) => Promise<void>,
): Promise<void> {
  if (!isUserRef(slackRef))
    return Promise.reject(new RelayError('request_invalid', { message: 'that is no id of a Slack user' }));
  return database.forCompany(companyId, async (tx) =>
    work(tx, { companyId, slackRef, workspaceId: await requireTie(tx, companyId) }),
  );
}

async function requireTie(tx: Tx, companyId: string): Promise<string> {
  const workspaceId = await readTiedWorkspace(tx, companyId);
  if (!workspaceId)
    throw new RelayError('slack_not_connected', { message: 'no Slack workspace is connected to this company' });
  return workspaceId;
}

function notLinked(): RelayError {
  return new RelayError('request_not_found', { message: 'this Slack user is not linked to the company' });
}

function noteLink(
  parts: PeopleParts,
  tx: Tx,
  key: PersonKey,
  actor: string,
  role: Role,
  before: Role | undefined,
): Promise<void> {
  return before === undefined
    ? note(parts, tx, key, actor, 'slack.person-linked', { role })
    : note(parts, tx, key, actor, 'slack.role-changed', { from: before, to: role });
}

function note(
  { clock }: PeopleParts,
  tx: Tx,
  { companyId, slackRef }: PersonKey,
  actor: string,
  action: string,
  detail: Readonly<Record<string, string>>,
): Promise<void> {
  return appendAudit(tx, { companyId, at: clock.now(), actor, action, subject: slackRef, detail });
}
