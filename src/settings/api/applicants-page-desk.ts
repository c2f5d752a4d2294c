import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type Company, findAgencyBlanks, findAgencyLack, holdCompany, readAgency } from '../../company/index.ts';
import {
  fixedParts,
  lintWords,
  longestWords,
  type Publishing,
  questionsAtMost,
  readDesk,
  type WordsChange,
  type WordsDesk,
  type WordsPlace,
  type WordsVersion,
} from '../../consent/index.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { readActorNames } from './actor-names.ts';
import type { PageWordsDesk, PageWordsVersion, WordsParams } from './applicants-page-schemas.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { requireVersion } from './versions.ts';

/** A desk as it was read, with what keeps its draft from being published. */
export interface Shown {
  readonly desk: WordsDesk;
  readonly lack: ReturnType<typeof findAgencyLack>;
}

export async function readShown(tx: Tx, place: WordsPlace, now: Date): Promise<Shown> {
  return { desk: await readDesk(tx, place), lack: findAgencyLack(await readAgency(tx, place.companyId), now) };
}

/** Does one change to what stands there, if it is what whoever asks has read; under the company's row, one by one. */
export function change(
  parts: ApiParts,
  request: Pick<FastifyRequest, 'headers' | 'actor'> & {
    readonly params: Pick<z.infer<typeof WordsParams>, 'slug' | 'locale'>;
  },
  work: (tx: Tx, place: WordsPlace, by: WordsChange) => Promise<void>,
): Promise<Shown> {
  const { slug, locale } = request.params;
  return asCompany(parts, slug, async (tx, { companyId }: Company) => {
    await holdCompany(tx, companyId);
    const place = { companyId, locale };
    requireVersion(request, toContent(await readDesk(tx, place)));
    const at = parts.clock.now();
    await work(tx, place, { actor: request.actor, at });
    return readShown(tx, place, at);
  });
}

/** What two admins must agree on: which version is in force, and what the draft says. */
export function toContent({ published, draft }: WordsDesk) {
  return { version: published?.version ?? 0, draft: draft?.words ?? null };
}

/** @throws RelayError for a draft that was not published, saying what is missing. */
export function refuse(publishing: Publishing): void {
  if (publishing.ok) return;
  switch (publishing.reason) {
    case 'no-draft':
      throw new RelayError('request_conflict', { message: 'there is no draft to publish' });
    case 'words':
      throw new RelayError('request_conflict', {
        message: publishing.problems.map(({ part, fault, found }) => `${part}: ${fault} ${found}`.trim()).join('; '),
        userMessage: {
          ja: '公開できない言葉が下書きにあります。示された箇所を直してから、もう一度公開してください。',
          en: 'The draft says what may not be published. Mend what is named, then publish again.',
        },
      });
    case 'agency':
      throw toAgencyRefusal(publishing);
  }
}

const agencyWords = {
  name: { ja: '名称', en: 'name' },
  address: { ja: '所在地', en: 'address' },
  representative: { ja: '代表者', en: 'representative' },
  licenceNumber: { ja: '許可番号', en: 'licence number' },
  licenceExpiresOn: { ja: '許可の有効期限', en: 'last day of the licence' },
  privacyUrl: { ja: '個人情報の取り扱いのページ', en: 'privacy page' },
  registrationUrl: { ja: '登録ページ', en: 'registration page' },
} as const satisfies Record<ReturnType<typeof findAgencyBlanks>[number], { readonly ja: string; readonly en: string }>;

function toAgencyRefusal({ lack, agency }: Extract<Publishing, { readonly reason: 'agency' }>): RelayError {
  if (!agency || lack === 'agency-missing')
    return new RelayError('agency_incomplete', {
      message: 'the company has no agency yet',
      userMessage: {
        ja: '紹介会社がまだ登録されていないため、公開できません。先に紹介会社の情報を登録してください。',
        en: 'There is no agency yet, so this cannot be published. Give the agency’s details first.',
      },
    });
  if (lack === 'licence-expired')
    return new RelayError('agency_incomplete', {
      message: `the licence of the agency expired on ${agency.licenceExpiresOn}`,
      userMessage: {
        ja: `紹介会社の許可の有効期限（${agency.licenceExpiresOn}）が切れているため、公開できません。更新後の期限を登録してください。`,
        en: `The agency’s licence ran out on ${agency.licenceExpiresOn}, so this cannot be published. Give its new last day.`,
      },
    });
  const blanks = findAgencyBlanks(agency);
  const say = (language: 'ja' | 'en') => blanks.map((blank) => agencyWords[blank][language]);
  return new RelayError('agency_incomplete', {
    message: `the agency lacks ${blanks.join(', ')}`,
    userMessage: {
      ja: `紹介会社の情報が足りないため、公開できません。足りない項目：${say('ja').join('、')}`,
      en: `The agency’s details are incomplete, so this cannot be published. Missing: ${say('en').join(', ')}.`,
    },
  });
}

export async function toDesk(
  { database }: ApiParts,
  locale: 'ja' | 'en',
  { desk: { published, draft }, lack }: Shown,
): Promise<z.infer<typeof PageWordsDesk>> {
  const actors = [...(published ? toActors(published) : []), ...(draft ? [draft.updatedBy] : [])];
  const names = await database.forSystem((tx) => readActorNames(tx, actors));
  return {
    locale,
    published: published && toVersion(published, names),
    draft: draft && {
      words: draft.words,
      updatedAt: draft.updatedAt,
      updatedByName: names.get(draft.updatedBy) ?? null,
    },
    problems: draft ? [...lintWords(draft.words)] : [],
    lack: lack ?? null,
    fixed: [...fixedParts],
    longest: { ...longestWords, questions: questionsAtMost },
  };
}

export const toActors = ({ createdBy, publishedBy }: WordsVersion) => [createdBy, publishedBy];

export function toVersion(
  { version, words, createdAt, createdBy, publishedAt, publishedBy }: WordsVersion,
  names: ReadonlyMap<string, string>,
): z.infer<typeof PageWordsVersion> {
  return {
    version,
    words,
    createdAt,
    createdByName: names.get(createdBy) ?? null,
    publishedAt,
    publishedByName: names.get(publishedBy) ?? null,
  };
}
