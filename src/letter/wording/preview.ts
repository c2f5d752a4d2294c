import { type Company, readAgency } from '../../company/index.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { readFacts } from '../facts.ts';
import type { Locale } from '../model.ts';
import { type LetterPreview, type PreviewParts, toPreviewTokens, toSampleTokens, writeOut } from '../preview.ts';
import { readLetter } from '../store.ts';
import { parseSource, renderSource, type Tokens } from '../templates.ts';
import { standardTemplate, type Wording } from './model.ts';
import { renderWording } from './render.ts';

export interface WordingRequest {
  readonly wording: Wording;
  readonly locale: Locale;
  /** To whom: the applicant of a real letter of the company; without it an invented one. */
  readonly letterId?: string | undefined;
  /** False: the name is written over. */
  readonly showsNames: boolean;
}

/** A wording as it would arrive, sound or not. @throws RelayError request_not_found where there is no such letter. */
export async function previewWording(
  parts: PreviewParts,
  tx: Tx,
  company: Company,
  request: WordingRequest,
): Promise<Pick<LetterPreview, 'mail' | 'lacks'>> {
  const { wording, locale } = request;
  const tokens = await readTokens(parts, tx, company, request);
  const source = parseSource(renderWording(wording, locale));
  return writeOut({ render: (filled) => renderSource(source, standardTemplate, filled) }, tokens);
}

async function readTokens(
  parts: PreviewParts,
  tx: Tx,
  company: Company,
  { locale, letterId, showsNames }: WordingRequest,
): Promise<Tokens> {
  const { companyId } = company;
  if (letterId === undefined) return toSampleTokens(parts, company, await readAgency(tx, companyId), locale);
  const letter = await readLetter(tx, letterId);
  const facts = letter && (await readFacts(parts, tx, companyId, [letter.rejectionId])).get(letter.rejectionId);
  if (!facts) throw new RelayError('request_not_found', { message: 'there is no such letter' });
  return toPreviewTokens(parts, facts, locale, showsNames);
}
