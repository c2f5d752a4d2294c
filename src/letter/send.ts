import type { Events } from '../events.ts';
import type { Intake, KnownPerson, Recheck } from '../intake/index.ts';
import { moveIntoWindow } from '../platform/business-hours.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { newToken } from '../platform/ids.ts';
import type { JobData } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import type { Mail, Mailer, MailOutcome } from '../platform/mail.ts';
import type { LetterStatus } from '../platform/tables.ts';
import { type FactSource, type ReadFacts, readFacts, toTemplate } from './facts.ts';
import { toLetterTokens } from './letter-tokens.ts';
import { insertLinks, type NewLink } from './links.ts';
import { planLetter, toCandidateName, toRetryDelay, triesAtMost } from './model.ts';
import {
  type Claim,
  claim,
  finishSent,
  finishUnsent,
  type LetterInHand,
  lockLetters,
  markUnknown,
  type Replan,
  readInHand,
  saveReplans,
  type Unsent,
  unqueue,
} from './store.ts';
import { tellChanged, tellFates } from './tell.ts';
import { findBlankTokens } from './templates.ts';
import { type ChosenWording, readExact, readWordings } from './wording/choose.ts';
import { standardTemplate } from './wording/model.ts';

export interface SendJob extends JobData {
  readonly letterId: string;
}

export interface SendParts extends FactSource {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Pick<Events, 'publish'>;
  readonly intake: Pick<Intake, 'recheck'>;
  readonly mailer: Mailer;
  readonly log: Log;
  readonly baseUrl: string;
  readonly mailFrom: string;
}

/**
 * Sends the letters of these jobs, all of one company: asks the ATS once more, claims, sends, and writes down what became
 * of each. Two runs with the same job send one mail: only the holder of a claim sends and finishes. A letter found in
 * 'sending' is taken up again where the mailer keeps one mail per key; else it is 'unknown' and waits for a person: a job
 * comes again only when its last holder stopped beating. Should that one live after all, its own finish still tells the truth.
 * @throws RelayError transient | config from the ATS; then nothing was claimed and nothing sent.
 */
export async function sendLetters(parts: SendParts, jobs: readonly SendJob[]): Promise<void> {
  const [first] = jobs;
  if (!first) return;
  const { companyId } = first;
  const letters = await pickLetters(
    parts,
    companyId,
    jobs.map(({ letterId }) => letterId),
  );
  if (letters.length === 0) return;
  const answers = await parts.intake.recheck(
    companyId,
    letters.map(({ rejectionId }) => rejectionId),
  );
  const { drafts, replans } = await draftLetters(parts, companyId, letters, answers);
  await settleReplans(parts, companyId, letters, replans);
  const atOnce = parts.mailer.atOnce ?? 1;
  // Claimed in small groups: whoever dies leaves no more letters in doubt than he was just sending.
  for (let start = 0; start < drafts.length; start += atOnce)
    await sendDrafts(parts, companyId, drafts.slice(start, start + atOnce));
}

/** The letters there is something to do for. Those of a connection that is not live go back to wait for it. */
async function pickLetters(
  { database, clock, events, mailer }: SendParts,
  companyId: string,
  letterIds: readonly string[],
): Promise<readonly LetterInHand[]> {
  const now = clock.now();
  return database.forCompany(companyId, async (tx) => {
    await lockLetters(tx, letterIds);
    const letters = await readInHand(tx, [...new Set(letterIds)]);
    const isReady = ({ isLive, dueAt }: LetterInHand) => isLive && dueAt <= now;
    const waiting = letters.filter((letter) => letter.status === 'planned' && !isReady(letter));
    await unqueue(
      tx,
      waiting.map(({ letterId }) => letterId),
      now,
    );
    if (!mailer.isIdempotent) {
      const doubtful = letters.filter(({ status }) => status === 'sending');
      const refs = doubtful.map(({ letterId }) => ({ companyId, letterId }));
      await tellFates(tx, events, await markUnknown(tx, refs, 'sender-died', now));
    }
    return letters.filter((letter) => (letter.status === 'planned' ? isReady(letter) : mailer.isIdempotent));
  });
}

interface Draft {
  readonly letter: LetterInHand;
  readonly window: 'always' | 'business-hours';
  readonly wording: ChosenWording;
  readonly mail: Mail;
  readonly link: NewLink;
}

type Look = { readonly draft: Draft } | { readonly replan: Replan };

/** Looks at each letter a second time, now that the ATS has answered, and writes the ones that stand. */
async function draftLetters(
  parts: SendParts,
  companyId: string,
  letters: readonly LetterInHand[],
  answers: ReadonlyMap<string, Recheck>,
): Promise<{ readonly drafts: readonly Draft[]; readonly replans: readonly Replan[] }> {
  const now = parts.clock.now();
  const rejectionIds = letters.map(({ rejectionId }) => rejectionId);
  const { facts, wordings } = await parts.database.forCompany(companyId, async (tx) => {
    const facts = await readFacts(parts, tx, companyId, rejectionIds);
    return { facts, wordings: await chooseWordings(tx, companyId, letters, facts) };
  });
  const looks = letters.map((letter) =>
    lookAgain(
      parts,
      { ...letter, chosen: wordings.get(letter.letterId) },
      facts.get(letter.rejectionId),
      answers.get(letter.rejectionId) === 'stands',
      now,
    ),
  );
  return {
    drafts: looks.flatMap((look) => ('draft' in look ? [look.draft] : [])),
    replans: looks.flatMap((look) => ('replan' in look ? [look.replan] : [])),
  };
}

/**
 * What each letter is to say. One found in 'sending' may have left, and its mail is kept only once: it says again what it
 * said then, so that what stands in its row is what went out.
 */
async function chooseWordings(
  tx: Tx,
  companyId: string,
  letters: readonly LetterInHand[],
  facts: ReadonlyMap<string, ReadFacts>,
): Promise<ReadonlyMap<string, ChosenWording>> {
  const wordings = await readWordings(tx, companyId, [...facts.values()].map(toTemplate));
  const chosen = new Map<string, ChosenWording>();
  for (const { letterId, rejectionId, status, locale, wording } of letters) {
    const known = facts.get(rejectionId);
    const said = status === 'sending' ? await readExact(tx, { ...wording, locale }) : undefined;
    chosen.set(letterId, said ?? wordings.choose(known && toTemplate(known), locale));
  }
  return chosen;
}

type WordedLetter = LetterInHand & { readonly chosen: ChosenWording | undefined };

function lookAgain(
  parts: SendParts,
  letter: WordedLetter,
  facts: ReadFacts | undefined,
  stands: boolean,
  now: Date,
): Look {
  const { letterId, isReleased } = letter;
  const stop = (status: Replan['status'], reason: string): Look => ({
    replan: { letterId, status, reason, dueAt: null },
  });
  if (!facts?.connection) return stop('cancelled', 'connection-removed');
  const { rejection, person, connection } = facts;
  if (rejection.status !== 'current') return stop('cancelled', rejection.status);
  if (!stands) return stop('cancelled', 'lifted');
  // What was already being sent had passed reasons and hours; only what forbids a letter altogether still counts.
  const isCleared = isReleased || letter.status === 'sending';
  const plan = planLetter({ ...facts, connection, isReleased: isCleared }, now);
  if (plan.status !== 'planned') return stop(plan.status, plan.reason);
  // The hours or the hold were changed, or the connection went live at night.
  if (plan.dueAt > now) return { replan: { letterId, status: 'planned', reason: null, dueAt: plan.dueAt } };
  const draft = person && writeDraft(parts, letter, { ...facts, person }, connection.letter.window);
  return draft ? { draft } : stop('held', 'blank-token');
}

/** The mail with a fresh link; undefined when a token is blank. */
function writeDraft(
  { baseUrl, mailFrom }: SendParts,
  letter: WordedLetter,
  facts: ReadFacts & { readonly person: KnownPerson },
  window: Draft['window'],
): Draft | undefined {
  const { person, company } = facts;
  const { letterId, rejectionId, locale, chosen } = letter;
  const { companyId } = company;
  const token = newToken();
  const candidateName = toCandidateName(person, locale);
  const tokens = toLetterTokens(facts, { candidateName, relayUrl: `${baseUrl}/c/${token}` });
  if (!chosen || findBlankTokens(standardTemplate, tokens).length > 0) return undefined;
  return {
    letter,
    window,
    wording: chosen,
    link: { token, companyId, personId: person.personId, rejectionId, letterId },
    mail: {
      key: `letter-${letterId}`,
      companyId,
      from: { name: company.name, address: mailFrom },
      replyTo: company.contactEmail,
      to: { name: candidateName, address: person.email ?? '' },
      ...chosen.render(tokens),
    },
  };
}

/** A letter already in 'sending' may have left, so no second look makes it anything but unknown. */
async function settleReplans(
  { database, clock, events }: SendParts,
  companyId: string,
  letters: readonly LetterInHand[],
  replans: readonly Replan[],
): Promise<void> {
  if (replans.length === 0) return;
  const now = clock.now();
  const inSending = new Set(letters.flatMap(({ letterId, status }) => (status === 'sending' ? [letterId] : [])));
  const doubtful = replans.flatMap(({ letterId }) => (inSending.has(letterId) ? [{ companyId, letterId }] : []));
  await database.forCompany(companyId, async (tx) => {
    await lockLetters(
      tx,
      letters.map(({ letterId }) => letterId),
    );
    const looked = await saveReplans(tx, replans, ['planned'], now);
    const unknown = await markUnknown(tx, doubtful, 'sender-died', now);
    // One that is only put off was told as planned, and is.
    await tellFates(tx, events, [...looked.filter(({ status }) => status !== 'planned'), ...unknown]);
  });
}

async function sendDrafts(parts: SendParts, companyId: string, drafts: readonly Draft[]): Promise<void> {
  const claims = await claimDrafts(parts, companyId, drafts);
  const claimed = drafts.flatMap((draft) => {
    const own = claims.get(draft.letter.letterId);
    return own ? [{ draft, claim: own }] : [];
  });
  const finished = await Promise.all(
    claimed.map(async ({ draft, claim }) => ({ draft, claim, outcome: await sendMail(parts, draft.mail) })),
  );
  await finishDrafts(parts, companyId, finished);
}

/** Claims, and stores the hashes of the links of what it got: whatever leaves from here on carries a link that works. */
async function claimDrafts(
  { database, clock, events, mailer }: SendParts,
  companyId: string,
  drafts: readonly Draft[],
): Promise<ReadonlyMap<string, Claim>> {
  const now = clock.now();
  const from: readonly LetterStatus[] = mailer.isIdempotent ? ['planned', 'sending'] : ['planned'];
  const letterIds = drafts.map(({ letter }) => letter.letterId);
  return database.forCompany(companyId, async (tx) => {
    await lockLetters(tx, letterIds);
    const wordings = drafts.map(({ letter: { letterId }, wording: { template, templateVersion } }) => ({
      letterId,
      template,
      templateVersion,
    }));
    const claims = new Map((await claim(tx, wordings, from, now)).map((own) => [own.letterId, own]));
    const links = drafts.flatMap(({ letter, link }) => (claims.has(letter.letterId) ? [link] : []));
    await insertLinks(tx, links, now);
    const lost = drafts.filter(({ letter }) => !claims.has(letter.letterId));
    const doubtful = lost.filter(({ letter }) => letter.status === 'sending').map(({ link }) => toLetterRef(link));
    await tellFates(tx, events, await markUnknown(tx, doubtful, 'sender-died', now));
    return claims;
  });
}

function toLetterRef({ companyId, letterId }: NewLink): { readonly companyId: string; readonly letterId: string } {
  return { companyId, letterId: letterId ?? '' };
}

/** A mailer does not throw for what it foresees; what it did not foresee may have happened after the mail left. */
async function sendMail({ mailer, log }: SendParts, mail: Mail): Promise<MailOutcome> {
  try {
    return await mailer.send(mail);
  } catch (error) {
    // Its message may quote an address, so only its name is logged.
    log.error({ error: error instanceof Error ? error.name : 'unknown', mail: mail.key }, 'the mailer failed');
    const reason = 'mailer-failed';
    return mailer.isIdempotent ? { kind: 'refused', isPermanent: false, reason } : { kind: 'unknown', reason };
  }
}

interface Finished {
  readonly draft: Draft;
  readonly claim: Claim;
  readonly outcome: MailOutcome;
}

async function finishDrafts(parts: SendParts, companyId: string, finished: readonly Finished[]): Promise<void> {
  if (finished.length === 0) return;
  const now = parts.clock.now();
  const sent = finished.filter(({ outcome }) => outcome.kind === 'sent');
  const unsent = finished.flatMap((one) => toUnsent(one, now));
  for (const { draft, outcome } of finished)
    if (outcome.kind !== 'sent')
      parts.log.warn(
        { letterId: draft.letter.letterId, outcome: outcome.kind, reason: outcome.reason },
        'a letter did not leave for certain',
      );
  await parts.database.forCompany(companyId, async (tx) => {
    await lockLetters(
      tx,
      finished.map(({ claim }) => claim.letterId),
    );
    const marked = await finishSent(
      tx,
      sent.map((one) => one.claim),
      now,
    );
    const ended = await finishUnsent(tx, unsent, now);
    await parts.events.publish(
      tx,
      'letter-sent',
      marked.map(({ letterId, rejectionId }) => ({ companyId, letterId, rejectionId })),
    );
    const delayed = ended.filter(({ status }) => status === 'planned');
    await tellFates(
      tx,
      parts.events,
      ended.filter(({ status }) => status !== 'planned'),
    );
    await tellChanged(
      tx,
      parts.events,
      delayed.filter(({ was }) => was === 'unknown'),
    );
  });
}

function toUnsent({ draft, claim, outcome }: Finished, now: Date): readonly Unsent[] {
  if (outcome.kind === 'sent') return [];
  if (outcome.kind === 'unknown') return [{ ...claim, status: 'unknown', reason: 'mail-unconfirmed', dueAt: null }];
  if (outcome.isPermanent || claim.attempt >= triesAtMost)
    return [{ ...claim, status: 'failed', reason: 'mail-refused', dueAt: null }];
  const again = new Date(now.getTime() + toRetryDelay(claim.attempt));
  const dueAt = moveIntoWindow(again, draft.letter.isReleased ? 'always' : draft.window);
  return [{ ...claim, status: 'planned', reason: 'mail-delayed', dueAt }];
}
