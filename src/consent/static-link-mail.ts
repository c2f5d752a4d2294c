import { randomInt } from 'node:crypto';
import { findAgencyLack, readAgency, readCompany, readCompanyKey } from '../company/index.ts';
import { findBlankTokens, renderMail } from '../letter/index.ts';
import { isError, RelayError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Mail, Mailer, MailOutcome } from '../platform/mail.ts';
import { readContent, type StaticLinkParts, toCodeHash } from './static-link.ts';
import { codeMinutes, codesPerHour, hourMs, isOpen } from './static-link-model.ts';
import { finishSending, holdProofsOfAddress, type StoredProof, saveProofs } from './static-link-store.ts';

export interface CodeMailParts extends StaticLinkParts {
  readonly log: Log;
  readonly mailer: Mailer;
  readonly baseUrl: string;
  readonly mailFrom: string;
}

interface Outgoing {
  readonly proofId: string;
  readonly codeHash: string;
  readonly mail: Mail;
}

/**
 * Makes a code for each proof that waits for one, and mails it. A sending cut short is repeated with a new code, which
 * ends the one before: two mails are better than none. @throws RelayError mail_unavailable when one may be tried again.
 */
export async function sendCodes(parts: CodeMailParts, companyId: string, proofIds: readonly string[]): Promise<void> {
  const atOnce = parts.mailer.atOnce ?? 1;
  let mustRepeat = false;
  for (let from = 0; from < proofIds.length; from += atOnce) {
    const outgoing: Outgoing[] = [];
    for (const proofId of proofIds.slice(from, from + atOnce)) {
      const made = await makeCode(parts, companyId, proofId);
      if (made) outgoing.push(made);
    }
    const outcomes = await Promise.all(outgoing.map((one) => send(parts, companyId, one)));
    mustRepeat ||= outcomes.some((outcome) => outcome.kind === 'refused' && !outcome.isPermanent);
  }
  if (mustRepeat) throw new RelayError('mail_unavailable');
}

/** A new code, kept as its hash, and its mail; undefined when there is nothing to send (any more). */
async function makeCode(parts: CodeMailParts, companyId: string, proofId: string): Promise<Outgoing | undefined> {
  const now = parts.clock.now();
  return parts.database.forCompany(companyId, async (tx) => {
    const proofs = await holdProofsOfAddress(tx, companyId, proofId);
    const own = proofs.find((proof) => proof.proofId === proofId);
    if (!own || (own.status !== 'asked' && own.status !== 'sending')) return undefined;
    const company = await readCompany(tx, companyId);
    const agency = await readAgency(tx, companyId);
    if (!company || !agency || findAgencyLack(agency, now) || !isOpen({ ...own, sentAt: null }, now)) {
      await saveProofs(tx, [proofId], { status: 'ended' });
      return undefined;
    }
    const others = proofs.filter((proof) => proof !== own);
    if (others.filter((proof) => wasSentSince(proof, now.getTime() - hourMs)).length >= codesPerHour) {
      await saveProofs(tx, [proofId], { status: 'refused' });
      return undefined;
    }
    const key = await readCompanyKey(tx, parts.vault, companyId);
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const codeHash = toCodeHash(key, proofId, code);
    const tokens = {
      code,
      codeMinutes: String(codeMinutes),
      companyName: company.name,
      agencyName: agency.name,
      pageUrl: `${parts.baseUrl}/r/${company.slug}`,
      postalAddress: company.postalAddress,
      contactEmail: company.contactEmail,
    };
    if (findBlankTokens('code', tokens).length > 0) return undefined;
    await saveProofs(tx, others.filter(hasCode).map(toId), { status: 'ended' });
    await saveProofs(tx, [proofId], { status: 'sending', codeHash, sentAt: now });
    const mail: Mail = {
      // Another code is another mail, so that the outbox never keeps one that no longer works.
      key: `code-${newId()}`,
      companyId,
      from: { name: company.name, address: parts.mailFrom },
      replyTo: company.contactEmail,
      // The address alone: the name is whatever somebody typed.
      to: { name: '', address: readContent(key, own).email },
      ...renderMail('code', own.locale, tokens),
    };
    return { proofId, codeHash, mail };
  });
}

function wasSentSince({ sentAt }: StoredProof, since: number): boolean {
  return sentAt !== null && sentAt.getTime() > since;
}

function hasCode({ codeHash }: StoredProof): boolean {
  return codeHash !== null;
}

function toId({ proofId }: StoredProof): string {
  return proofId;
}

async function send(parts: CodeMailParts, companyId: string, outgoing: Outgoing): Promise<MailOutcome> {
  const { proofId, codeHash, mail } = outgoing;
  const outcome = await hand(parts, proofId, mail);
  if (outcome.kind === 'refused' && !outcome.isPermanent) return outcome;
  if (outcome.kind !== 'sent')
    parts.log.warn({ proofId, outcome: outcome.kind, reason: outcome.reason }, 'a code did not surely arrive');
  await parts.database.forCompany(companyId, (tx) => finishSending(tx, proofId, codeHash));
  return outcome;
}

/** A mailer does not throw for what it foresees; a code that may not have left is simply made and sent again. */
async function hand({ mailer, log }: CodeMailParts, proofId: string, mail: Mail): Promise<MailOutcome> {
  try {
    return await mailer.send(mail);
  } catch (error) {
    // Its message may quote an address, so only its name is logged.
    log.error({ proofId, error: isError(error) ? error.name : 'unknown' }, 'the mailer failed');
    return { kind: 'refused', isPermanent: false, reason: 'mailer-failed' };
  }
}
