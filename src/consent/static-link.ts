import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import {
  type Agency,
  type Company,
  findAgencyLack,
  readAgency,
  readCompanyBySlug,
  readCompanyKey,
} from '../company/index.ts';
import { findOrAddPerson, toEmailKey } from '../intake/index.ts';
import { issueLink, readCompanyDecisions } from '../letter/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { newId, newToken, sha256 } from '../platform/ids.ts';
import type { JobData, Jobs } from '../platform/jobs.ts';
import type { CompanyKey, Vault } from '../platform/vault.ts';
import { maskEmail } from './model.ts';
import type { Locale } from './pages.ts';
import { hourMs, isOpen, keptMinutes, requestsPerHour, toNetwork, triesAtMost } from './static-link-model.ts';
import { addProof, forgetProofs, holdProof, readProof, type StoredProof, saveProofs } from './static-link-store.ts';

export interface StaticLinkParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly vault: Vault;
}

/** A company's static link, and who would introduce; no agency while nobody may be asked. */
export interface StaticPlace {
  readonly company: Company;
  readonly agency: Agency | undefined;
}

export interface CodeJob extends JobData {
  readonly proofId: string;
}

export const codeQueue = 'consent.code';

/** What a page for a code shows. */
export interface ProofView {
  readonly isOpen: boolean;
  /** The address as typed, masked. */
  readonly email: string;
}

export type Proved =
  | { readonly kind: 'proved'; readonly linkToken: string }
  | { readonly kind: 'wrong' | 'ended'; readonly view: ProofView }
  | { readonly kind: 'unknown' };

/** What `content` holds, sealed. */
const Content = z.object({ name: z.string(), email: z.string() });

export async function findStaticPlace(
  { database, clock }: StaticLinkParts,
  slug: string,
): Promise<StaticPlace | undefined> {
  const company = await database.forSystem((tx) => readCompanyBySlug(tx, slug));
  if (!company) return undefined;
  const agency = await database.forCompany(company.companyId, (tx) => readAgency(tx, company.companyId));
  return { company, agency: findAgencyLack(agency, clock.now()) === undefined ? agency : undefined };
}

/**
 * Keeps what was typed and has a code sent, in the same way for every address: whether it is known is looked up only
 * when it has been proved. Gives the id of the next page; undefined when the network has asked too often.
 */
export async function askForCode(
  { database, clock, jobs, vault }: StaticLinkParts,
  { companyId }: Company,
  typed: { readonly name: string; readonly email: string },
  from: { readonly browser: string; readonly address: string; readonly locale: Locale },
): Promise<string | undefined> {
  const now = clock.now();
  const token = newToken();
  const proofId = newId();
  const isKept = await database.forCompany(companyId, async (tx) => {
    const key = await readCompanyKey(tx, vault, companyId);
    const proof = {
      proofId,
      companyId,
      tokenHash: sha256(token),
      browserHash: sha256(from.browser),
      emailKey: toEmailKey(key, typed.email),
      networkKey: key.digest('network', toNetwork(from.address)),
      content: key.seal(toPlace(proofId), JSON.stringify(typed)),
      locale: from.locale,
      askedAt: now,
    };
    if (!(await addProof(tx, proof, new Date(now.getTime() - hourMs), requestsPerHour))) return false;
    await jobs.enqueue<CodeJob>(tx, codeQueue, [{ companyId, proofId }]);
    return true;
  });
  return isKept ? token : undefined;
}

/** The page a code is typed into; undefined where this browser has none by that id. Changes nothing. */
export async function findProof(
  { database, clock, vault }: StaticLinkParts,
  { companyId }: Company,
  token: string,
  browser: string | undefined,
): Promise<ProofView | undefined> {
  return database.forCompany(companyId, async (tx) => {
    const proof = await readProof(tx, sha256(token));
    if (!proof || !isOwn(proof, browser)) return undefined;
    return toView(proof, await readCompanyKey(tx, vault, companyId), clock.now());
  });
}

/**
 * Takes a typed code, in one transaction: the right one makes a link to the consent page, once; a wrong one is counted,
 * and the fifth ends it. A try where no code was sent is answered, and counted, like a wrong one.
 */
export async function proveAddress(
  { database, clock, vault }: StaticLinkParts,
  company: Company,
  token: string,
  browser: string | undefined,
  code: string,
): Promise<Proved> {
  const { companyId } = company;
  const now = clock.now();
  return database.forCompany(companyId, async (tx): Promise<Proved> => {
    const proof = await holdProof(tx, sha256(token));
    if (!proof || !isOwn(proof, browser)) return { kind: 'unknown' };
    const key = await readCompanyKey(tx, vault, companyId);
    const view = toView(proof, key, now);
    if (!view.isOpen) return { kind: 'ended', view };
    if (!isRight(proof, toCodeHash(key, proof.proofId, code))) {
      const tries = proof.tries + 1;
      const isLast = tries >= triesAtMost;
      await saveProofs(tx, [proof.proofId], { status: isLast ? 'ended' : proof.status, tries });
      return isLast ? { kind: 'ended', view: { ...view, isOpen: false } } : { kind: 'wrong', view };
    }
    await saveProofs(tx, [proof.proofId], { status: 'used' });
    return { kind: 'proved', linkToken: await openConsentLink(tx, key, companyId, proof, now) };
  });
}

/** A link for the person of a proved address, bound to the company's newest decision about him where there is one. */
async function openConsentLink(
  tx: Tx,
  key: CompanyKey,
  companyId: string,
  proof: StoredProof,
  now: Date,
): Promise<string> {
  const typed = { ...readContent(key, proof), locale: proof.locale };
  const personId = await findOrAddPerson(tx, companyId, key, typed, now);
  const [decision] = (await readCompanyDecisions(tx, [personId])).get(personId) ?? [];
  return issueLink(tx, { companyId, personId, rejectionId: decision?.rejectionId ?? null, letterId: null, now });
}

/** Removes what was typed once no limit needs it any more; gives how many. */
export function forgetTyped({ database, clock }: StaticLinkParts): Promise<number> {
  const before = new Date(clock.now().getTime() - keptMinutes * 60_000);
  return database.forSystem((tx) => forgetProofs(tx, before));
}

/** What is kept instead of a code. */
export function toCodeHash(key: CompanyKey, proofId: string, code: string): string {
  return key.digest('static-link-code', `${proofId} ${code}`);
}

export function readContent(key: CompanyKey, { proofId, content }: StoredProof): z.infer<typeof Content> {
  return Content.parse(JSON.parse(key.unseal(toPlace(proofId), content)));
}

function toPlace(proofId: string) {
  return { table: 'address_proof', column: 'content', row: proofId };
}

function toView(proof: StoredProof, key: CompanyKey, now: Date): ProofView {
  return { isOpen: isOpen(proof, now), email: maskEmail(readContent(key, proof).email) };
}

function isOwn({ browserHash }: StoredProof, browser: string | undefined): boolean {
  return browser !== undefined && isSame(browserHash, sha256(browser));
}

function isRight({ codeHash }: StoredProof, given: string): boolean {
  return codeHash !== null && isSame(codeHash, given);
}

/** Of two hashes in hex, in a time that does not tell where they differ. */
function isSame(kept: string, given: string): boolean {
  return kept.length === given.length && timingSafeEqual(Buffer.from(kept), Buffer.from(given));
}
