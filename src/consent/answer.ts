import { randomBytes } from 'node:crypto';
import type { EventName, EventOf, Events } from '../events.ts';
import type { Link } from '../letter/index.ts';
import { appendAudits } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import { openGroups } from '../platform/groups.ts';
import { newId } from '../platform/ids.ts';
import { type Answer, type Decision, decide, toReferralCode } from './model.ts';
import type { Shown } from './nonce.ts';
import type { ConsentText, Pages } from './pages.ts';
import { addConsents, type NewConsent, saveTexts } from './store.ts';
import { readVisits, type Visit } from './visit.ts';

export interface AnswerParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
}

/** `settled`: the person now stands where the answer leads, whether it was recorded just now or before. */
export type Outcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-open'; readonly visit: Visit }
  | { readonly kind: 'box-not-ticked' | 'text-changed'; readonly visit: Visit };

export interface GivenAnswer extends Answer {
  readonly link: Link;
  readonly shown: Shown;
  readonly userAgent: string | undefined;
}

export interface Answers {
  /**
   * Records an answer with its evidence, its audit line and its event, in one transaction; answers to one company that
   * come in at the same time share it. Each is judged by the decision it really follows: twenty grants make one consent.
   * @throws RelayError request_conflict when others answer for the same person faster, again and again.
   */
  take(answer: GivenAnswer): Promise<Outcome>;
}

const answersAtOnce = 50;
const triesAtMost = 5;

export function openAnswers(parts: AnswerParts): Answers {
  const take = openGroups<GivenAnswer, Outcome | 'conflict'>({
    toKey: ({ link }) => link.companyId,
    max: answersAtOnce,
    work: (answers, companyId) =>
      parts.database.forCompany(companyId, (tx) => takeAnswers(parts, tx, companyId, answers)),
  });
  return {
    async take(answer) {
      const outcome = await take(answer);
      if (outcome === 'conflict') throw new RelayError('request_conflict');
      return outcome;
    },
  };
}

/** In rounds: of one person's answers each round judges the first, so that the next sees what it left. */
async function takeAnswers(
  parts: AnswerParts,
  tx: Tx,
  companyId: string,
  answers: readonly GivenAnswer[],
): Promise<readonly (Outcome | 'conflict')[]> {
  const now = parts.clock.now();
  const outcomes = new Map<GivenAnswer, Outcome | 'conflict'>();
  const tries = new Map<GivenAnswer, number>();
  const recorded: NewConsent[] = [];
  for (let open = answers; open.length > 0; open = open.filter((answer) => !outcomes.has(answer))) {
    const round = [...Map.groupBy(open, ({ link }) => link.personId).values()].flatMap((own) => own.slice(0, 1));
    const drafts: Draft[] = [];
    const visits = await readVisits(
      tx,
      companyId,
      round.map(({ link }) => link),
      now,
    );
    for (const [index, answer] of round.entries()) {
      const judged = judge(parts, answer, visits[index], now);
      if (judged.kind === 'record') drafts.push({ answer, ...judged.draft });
      else outcomes.set(answer, judged);
    }
    const added = await save(tx, companyId, drafts, now);
    for (const { answer, consent } of drafts) {
      const tried = (tries.get(answer) ?? 0) + 1;
      tries.set(answer, tried);
      if (added.has(consent.consentId)) outcomes.set(answer, { kind: 'settled' });
      else if (tried === triesAtMost) outcomes.set(answer, 'conflict');
      if (added.has(consent.consentId)) recorded.push(consent);
    }
  }
  await tell(parts, tx, companyId, recorded);
  return answers.map((answer) => outcomes.get(answer) ?? 'conflict');
}

interface Draft {
  readonly answer: GivenAnswer;
  readonly consent: NewConsent;
  readonly text: ConsentText;
}

type Judgement = Outcome | { readonly kind: 'record'; readonly draft: Omit<Draft, 'answer'> };

function judge({ pages }: AnswerParts, answer: GivenAnswer, visit: Visit | undefined, now: Date): Judgement {
  if (!visit) return { kind: 'unknown' };
  const verdict = decide(visit.standing, answer, now);
  if (verdict.kind === 'unchanged') return { kind: 'settled' };
  if (verdict.kind === 'refused') return { kind: verdict.reason, visit };
  const text = findText(pages, visit, answer.shown, verdict.decision);
  if (!text || !visit.agency) return { kind: 'text-changed', visit };
  const consent = toConsent(answer, visit, visit.agency.agencyId, verdict.decision, text, now);
  return { kind: 'record', draft: { consent, text } };
}

/**
 * The text the person answered to, made again and compared by its hash. An agreement to a text that has changed since
 * does not count (undefined); a "no" always does, and is kept with the text now in force.
 */
function findText(pages: Pages, { facts }: Visit, shown: Shown, decision: Decision): ConsentText | undefined {
  if (!facts) return undefined;
  const introduction = pages.renderText('introduction', shown.locale, facts);
  if (introduction.hash === shown.textHash) return introduction;
  if (decision === 'granted') return undefined;
  return decision === 'declined' ? introduction : pages.renderText('withdrawal', shown.locale, facts);
}

const userAgentMax = 200;

function toConsent(
  { link, shown, ticks, userAgent }: GivenAnswer,
  { link: { rejectionId }, consent: previous }: Visit,
  agencyId: string,
  decision: Decision,
  text: ConsentText,
  now: Date,
): NewConsent {
  return {
    consentId: newId(),
    companyId: link.companyId,
    personId: link.personId,
    purpose: 'introduction',
    agencyId,
    rejectionId,
    decision,
    decidedAt: now,
    textHash: text.hash,
    textVersion: text.version,
    locale: shown.locale,
    ticks,
    userAgent: userAgent?.slice(0, userAgentMax) ?? null,
    referralCode: decision === 'granted' ? toReferralCode(randomBytes(5)) : null,
    previousConsentId: previous?.consentId ?? null,
  };
}

/** Keeps the texts and the decisions; gives the ids of the decisions that were added. */
async function save(tx: Tx, companyId: string, drafts: readonly Draft[], now: Date): Promise<ReadonlySet<string>> {
  const shown = drafts.map(({ text, answer }) => ({ text, locale: answer.shown.locale }));
  // Both are sent before either is answered.
  const [, added] = await Promise.all([
    saveTexts(tx, companyId, shown, now),
    addConsents(
      tx,
      drafts.map(({ consent }) => consent),
    ),
  ]);
  return added;
}

async function tell(
  { events }: AnswerParts,
  tx: Tx,
  companyId: string,
  recorded: readonly NewConsent[],
): Promise<void> {
  for (const [decision, own] of Map.groupBy(recorded, (consent) => consent.decision)) {
    const event = eventOf[decision];
    if (event) await events.publish(tx, event, own.map(toEvent));
  }
  // Last, because it makes everybody else of the company wait until this is written.
  await appendAudits(
    tx,
    companyId,
    recorded.map(({ consentId, personId, agencyId, decision, decidedAt, textVersion, locale }) => ({
      at: decidedAt,
      actor: 'applicant',
      action: `consent.${decision}`,
      subject: consentId,
      detail: { personId, agencyId, textVersion, locale },
    })),
  );
}

function toEvent({ companyId, consentId, personId, agencyId }: NewConsent): EventOf<'consent-granted'> {
  return { companyId, consentId, personId, agencyId };
}

/** Nobody is told of a "no" that changes nothing: it stays between the person and the evidence. */
const eventOf = {
  granted: 'consent-granted',
  withdrawn: 'consent-withdrawn',
  declined: undefined,
} as const satisfies Record<Decision, EventName | undefined>;
