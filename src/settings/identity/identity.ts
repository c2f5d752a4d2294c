import { readCompany } from '../../company/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { isError } from '../../platform/errors.ts';
import { newToken } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Mail, Mailer } from '../../platform/mail.ts';
import type { Role } from '../../platform/tables.ts';
import { type AuthLibrary, type AuthSession, type LinkAsk, openAuthLibrary, type WaysIn } from './better-auth.ts';
import { acceptInvitation, readInvitation } from './invitations.ts';
import { absoluteSeconds, after, firstLinkSeconds, isOverdue } from './model.ts';
import { type LinkSeal, openLinkSeal, toInvitationMail, toLinkMail } from './sign-in-mail.ts';
import type { SlackSignIn } from './slack-sign-in.ts';
import {
  addMember,
  endSessions,
  findEntrant,
  forgetEnded,
  hasOwner,
  isSlackTied,
  readOldestCompanyId,
  saveFirstLink,
  spendFirstLink,
  takeUser,
} from './store.ts';

export interface IdentityParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly mailer: Mailer;
  readonly baseUrl: string;
  readonly mailFrom: string;
  readonly secretKeys: readonly Buffer[];
  /** Absent: nobody signs in with Slack. */
  readonly slack: SlackSignIn | undefined;
}

/** Who people are: how they come in, and the sessions they have. What they may do is said by roles. */
export interface Identity {
  readonly library: AuthLibrary;
  readonly linkSeal: LinkSeal;
  /** The session of a request, with cookies to be sent along. One that is overdue is ended. */
  readSession(
    headers: Headers,
  ): Promise<{ readonly session: AuthSession | undefined; readonly setCookies: readonly string[] }>;
  /** What an invitation's code opens; undefined for one of no use. */
  lookAtInvitation(code: string): ReturnType<typeof readInvitation>;
  /** Mails an invitation, in the background. */
  sendInvitation(invitation: {
    readonly companyId: string;
    readonly email: string;
    readonly role: Role;
    readonly code: string;
  }): void;
  /** Where the first admin comes in, once, within a day; undefined when some company has an owner. */
  makeFirstLink(): Promise<string | undefined>;
  /** Forgets sessions, links and codes that have ended. */
  sweep(): Promise<void>;
  /** Waits for the mails in hand. */
  close(): Promise<void>;
}

export function openIdentity(parts: IdentityParts): Identity {
  const { database, clock, secretKeys, baseUrl } = parts;
  const linkSeal = openLinkSeal(secretKeys);
  const post = openPost(parts);
  const ways: WaysIn = {
    sendLink: (ask) => post(() => writeLinkMail(parts, linkSeal, ask)),
    mayEnter: async (userId) => (await database.forSystem((tx) => findEntrant(tx, { userId }))) !== undefined,
    mayEnterFromSlack: (person) => database.forSystem((tx) => isSlackTied(tx, person)),
    takeFirst: (input) => database.forSystem((tx) => takeFirst(tx, { ...input, now: clock.now() })),
    acceptInvitation: ({ code, name }) =>
      database.forSystem((tx) => acceptInvitation(tx, { code, name, now: clock.now() })),
  };
  const library = openAuthLibrary({ ...parts, ways });
  return {
    library,
    linkSeal,
    async readSession(headers) {
      const read = await library.readSession(headers);
      const { session } = read;
      if (!session || !isOverdue(session.createdAt, clock.now())) return read;
      await database.forSystem((tx) => endSessions(tx, session.userId, { only: session.sessionId }));
      return library.readSession(headers);
    },
    lookAtInvitation: (code) => database.forSystem((tx) => readInvitation(tx, code, clock.now())),
    sendInvitation: ({ companyId, ...invitation }) =>
      post(async () => {
        const company = await database.forCompany(companyId, (tx) => readCompany(tx, companyId));
        return company && toInvitationMail(parts, { ...invitation, company });
      }),
    async makeFirstLink() {
      const code = newToken();
      const isMade = await database.forSystem(async (tx) => {
        if (await hasOwner(tx)) return false;
        await saveFirstLink(tx, code, after(clock.now(), firstLinkSeconds));
        return true;
      });
      return isMade ? `${baseUrl}/app/first?code=${code}` : undefined;
    },
    async sweep() {
      const now = clock.now();
      await database.forSystem((tx) => forgetEnded(tx, now, after(now, -absoluteSeconds)));
    },
    close: post.close,
  };
}

/**
 * Writes and sends mails behind the answer, so that no answer waits longer for an address that exists. One that fails is
 * asked for again by who misses it.
 */
function openPost({ mailer, log }: Pick<IdentityParts, 'mailer' | 'log'>) {
  const inHand = new Set<Promise<void>>();
  async function send(write: () => Promise<Mail | undefined>): Promise<void> {
    try {
      const mail = await write();
      const outcome = mail && (await mailer.send(mail));
      if (outcome && outcome.kind !== 'sent')
        log.warn({ outcome: outcome.kind, reason: outcome.reason }, 'a sign-in mail did not surely arrive');
    } catch (error) {
      // Its message may quote an address, so only its name is logged.
      log.error({ error: isError(error) ? error.name : 'unknown' }, 'a sign-in mail failed');
    }
  }
  const post = (write: () => Promise<Mail | undefined>): void => {
    const sending = send(write).finally(() => inHand.delete(sending));
    inHand.add(sending);
  };
  post.close = async () => void (await Promise.all(inHand));
  return post;
}

async function writeLinkMail(
  parts: Pick<IdentityParts, 'database' | 'mailer' | 'log' | 'baseUrl' | 'mailFrom'>,
  linkSeal: LinkSeal,
  { email, token, browser, locale }: LinkAsk,
): Promise<Mail | undefined> {
  const { database, mailer, log } = parts;
  const entrant = await database.forSystem(async (tx) => {
    const found = await findEntrant(tx, { email });
    return found && { companyId: found.companyId ?? (await readOldestCompanyId(tx)) };
  });
  if (!entrant) return undefined;
  if (entrant.companyId === undefined && mailer.kind === 'outbox') {
    log.warn({}, 'a sign-in mail needs SMTP_URL or a company: the outbox is kept by company');
    return undefined;
  }
  return toLinkMail(parts, { email, locale, companyId: entrant.companyId ?? '', code: linkSeal.seal(token, browser) });
}

/** The first admin looks after the whole installation, and owns the company that is there already. */
async function takeFirst(
  tx: Tx,
  {
    code,
    name,
    email,
    now,
  }: { readonly code: string; readonly name: string; readonly email: string; readonly now: Date },
): Promise<string | undefined> {
  if (!(await spendFirstLink(tx, code, now)) || (await hasOwner(tx))) return undefined;
  const userId = await takeUser(tx, { email, name, now });
  await tx.updateTable('auth_user').set({ is_operator: true }).where('id', '=', userId).execute();
  const companyId = await readOldestCompanyId(tx);
  if (companyId === undefined) return userId;
  await addMember(tx, { companyId, userId, role: 'owner', now });
  const detail = { role: 'owner' };
  await appendAudit(tx, {
    companyId,
    at: now,
    actor: `user:${userId}`,
    action: 'member.joined',
    subject: userId,
    detail,
  });
  return userId;
}
