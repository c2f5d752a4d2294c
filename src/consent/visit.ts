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
import { type Link, readLink, toLocale } from '../letter/index.ts';
import type { Database, Tx } from '../platform/database.ts';
import { type Consent, planView, type Standing, type View } from './model.ts';
import type { Locale, TextFacts } from './pages.ts';
import { readStandingDecision } from './store.ts';

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

const tokenPattern = /^[\w-]{43}$/;

/** The link of a token; undefined when it never was one, whatever it looks like. Changes nothing. */
export function findLink(database: Database, token: string): Promise<Link | undefined> {
  if (!tokenPattern.test(token)) return Promise.resolve(undefined);
  return database.forSystem((tx) => readLink(tx, token));
}

/**
 * Reads who stands behind a link and where. undefined when the page must answer as if there were no such link: the
 * person was erased, or the link ran out before any answer. Changes nothing.
 */
export async function readVisit(tx: Tx, link: Link, now: Date): Promise<Visit | undefined> {
  const [[person], company, agency] = await Promise.all([
    readPeople(tx, [link.personId]),
    readCompany(tx, link.companyId),
    readAgency(tx, link.companyId),
  ]);
  if (!person || !company) return undefined;
  const consent = agency && (await readStandingDecision(tx, link.personId, agency.agencyId));
  const standing: Standing = {
    decision: consent?.decision ?? 'none',
    grantsUntil: link.grantsUntil,
    isOffered: findAgencyLack(agency, now) === undefined && (await stillStands(tx, link)),
  };
  const view = planView(standing, now);
  if (view === 'unknown') return undefined;
  const terms = (agency && (await readTerms(tx, agency.agencyId, now))) ?? defaultTerms;
  const facts = agency && { company, agency, terms };
  return {
    link,
    company,
    person,
    agency,
    facts,
    consent,
    standing,
    view,
    locale: toLocale(person.locale, company.locale),
  };
}

/** Nobody is asked about other companies while this one has taken its decision back, or hired the person. */
async function stillStands(tx: Tx, link: Link): Promise<boolean> {
  if (!link.rejectionId) return true;
  const [rejection] = await readRejections(tx, [link.rejectionId]);
  return rejection?.status === 'current';
}
