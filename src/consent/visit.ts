import {
  type Agency,
  type Company,
  defaultTerms,
  findAgencyLack,
  readAgency,
  readCompany,
  readTerms,
} from '../company/index.ts';
import { type KnownPerson, readPeople, readRejections } from '../intake/index.ts';
import { type Link, readCompanyDecisions, readLinks, toGrantsUntil, toLocale } from '../letter/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { openGroups } from '../platform/groups.ts';
import { type Consent, planView, type Standing, type View } from './model.ts';
import { readOwnWords } from './own-words-store.ts';
import type { Locale, TextFacts } from './pages.ts';
import { readStandingDecisions } from './store.ts';

/** All that the page needs to know of the person behind a link. */
export interface Visit {
  readonly link: Link;
  readonly company: Company;
  readonly person: KnownPerson;
  readonly agency: Agency | undefined;
  /** What the texts may say; undefined while there is no agency to speak of. */
  readonly facts: TextFacts | undefined;
  /** The decision that stands. */
  readonly consent: Consent | undefined;
  readonly standing: Standing;
  readonly view: Exclude<View, 'unknown'>;
  /** The person's own language. */
  readonly locale: Locale;
}

/** Looks links and the people behind them up; what is asked at the same time is read together. Changes nothing. */
export interface Visits {
  /** The link of a token; undefined when it never was one, whatever it looks like. */
  findLink(token: string): Promise<Link | undefined>;
  /** Who stands behind a link and where; undefined where `readVisits` gives none. */
  find(link: Link): Promise<Visit | undefined>;
}

const tokenPattern = /^[\w-]{43}$/;
const visitsAtOnce = 100;

export function openVisits({ database, clock }: { readonly database: Database; readonly clock: Clock }): Visits {
  const findLink = openGroups<string, Link | undefined>({
    toKey: () => '',
    max: visitsAtOnce,
    async work(tokens) {
      const links = await database.forSystem((tx) => readLinks(tx, tokens));
      return tokens.map((token) => links.get(token));
    },
  });
  const find = openGroups<Link, Visit | undefined>({
    toKey: ({ companyId }) => companyId,
    max: visitsAtOnce,
    work: (links, companyId) => database.forCompany(companyId, (tx) => readVisits(tx, companyId, links, clock.now())),
  });
  return {
    findLink: (token) => (tokenPattern.test(token) ? findLink(token) : Promise.resolve(undefined)),
    find,
  };
}

/**
 * Reads who stands behind each of a company's links and where, a few statements for all; in the order of the links.
 * undefined when the page must answer as if there were no such link: the person was erased, or the link ran out before
 * any answer. Changes nothing.
 */
export async function readVisits(
  tx: Tx,
  companyId: string,
  given: readonly Link[],
  now: Date,
): Promise<readonly (Visit | undefined)[]> {
  const links = await joinDecisions(tx, given);
  const personIds = [...new Set(links.map(({ personId }) => personId))];
  const rejectionIds = [...new Set(links.flatMap(({ rejectionId }) => rejectionId ?? []))];
  const [people, rejections, company, agency, own] = await Promise.all([
    readPeople(tx, personIds),
    readRejections(tx, rejectionIds),
    readCompany(tx, companyId),
    readAgency(tx, companyId),
    readOwnWords(tx, companyId),
  ]);
  if (!company) return links.map(() => undefined);
  const [consents, terms] = agency
    ? await Promise.all([readStandingDecisions(tx, personIds, agency.agencyId), readTerms(tx, agency.agencyId, now)])
    : [[], undefined];
  const personById = new Map(people.map((person) => [person.personId, person]));
  const consentOf = new Map(consents.map((consent) => [consent.personId, consent]));
  const current = new Set(rejections.flatMap(({ rejectionId, status }) => (status === 'current' ? rejectionId : [])));
  const facts = agency && { company, agency, terms: terms ?? defaultTerms, own };
  const isAgencyReady = findAgencyLack(agency, now) === undefined;
  return links.map((link) => {
    const person = personById.get(link.personId);
    if (!person) return undefined;
    const consent = consentOf.get(link.personId);
    // Nobody is asked about other companies while this one has taken its decision back, or hired the person.
    const stillStands = link.rejectionId === null || current.has(link.rejectionId);
    const isAwaited = link.connectionId !== null && link.rejectionId === null;
    const standing: Standing = {
      decision: consent?.decision ?? 'none',
      grantsUntil: link.grantsUntil,
      isOffered: isAgencyReady && stillStands && !isAwaited,
      isAwaited,
    };
    const view = planView(standing, now);
    if (view === 'unknown') return undefined;
    const locale = toLocale(person.locale, company.locale);
    return { link, company, person, agency, facts, consent, standing, view, locale };
  });
}

/** A link that was made when the person applied leads to the newest decision that stands since, where there is one. */
async function joinDecisions(tx: Tx, links: readonly Link[]): Promise<readonly Link[]> {
  const early = links.filter(({ connectionId }) => connectionId !== null);
  if (early.length === 0) return links;
  const decisions = await readCompanyDecisions(tx, [...new Set(early.map(({ personId }) => personId))]);
  return links.map((link) => {
    const own = decisions.get(link.personId) ?? [];
    const decision = own.find(({ connectionId }) => connectionId === link.connectionId);
    if (!decision) return link;
    return { ...link, rejectionId: decision.rejectionId, grantsUntil: toGrantsUntil(decision.decidedAt) };
  });
}
