import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Locale } from '../model.ts';
import { listPublished, readTemplate, type WordingVersion } from './store.ts';

/** A published wording with what its template is called. */
export interface NamedWording {
  readonly name: string;
  readonly wording: WordingVersion;
}

/**
 * The newest published words of a template in a language, for pasting into an ATS.
 * @throws RelayError request_not_found, request_conflict where it is archived or nothing is published in the language.
 */
export async function readToPaste(
  tx: Tx,
  asked: { readonly companyId: string; readonly templateId: string; readonly locale: Locale },
): Promise<NamedWording> {
  const template = await readTemplate(tx, asked.templateId);
  if (template?.companyId !== asked.companyId)
    throw new RelayError('request_not_found', { message: 'there is no such template' });
  if (template.archivedAt) throw conflict('archived');
  const published = await listPublished(tx, { ...asked, limit: 1 });
  const [newest] = published;
  if (!newest) throw conflict('unpublished');
  return { name: template.name, wording: newest };
}

const conflicts = {
  archived: {
    ja: 'アーカイブしたテンプレートは書き出せません。先に元に戻してください。',
    en: 'An archived template is not exported. Bring it back first.',
  },
  unpublished: {
    ja: 'このテンプレートは、この言語ではまだ公開されていません。公開してから書き出してください。',
    en: 'This template is not published in this language yet. Publish it, then export it.',
  },
} as const;

function conflict(why: keyof typeof conflicts): RelayError {
  return new RelayError('request_conflict', { message: `the template: ${why}`, userMessage: conflicts[why] });
}
