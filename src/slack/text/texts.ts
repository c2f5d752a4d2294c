import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Locale, noticeKinds, remarkActs } from '../notice/kinds.ts';

const Text = z.string().min(1);

/** The words of one kind of notice, with tokens. `note` stands small below, `action` on the button; `settled` once nothing waits. */
const NoticeText = z.strictObject({
  title: Text,
  body: Text,
  settled: z.strictObject({ title: Text, body: Text }).optional(),
  note: Text.optional(),
  fallback: Text,
  action: Text.optional(),
});
export type NoticeText = z.infer<typeof NoticeText>;

/** Why a letter waits, as far as we have words for it. */
export const holdNames = [
  'reason-unknown',
  'reason-hold',
  'no-address',
  'blank-token',
  'agency-missing',
  'agency-incomplete',
  'licence-expired',
  'other',
] as const;
const letterNames = [
  'planned',
  'plannedNext',
  'held',
  'heldWhy',
  'sent',
  'cancelled',
  'unclear',
  'why',
  'whySeparator',
  'separator',
  'end',
  'done',
  'shadow',
  'mapAction',
] as const;
const digestNames = [
  'sent',
  'consents',
  'available',
  'towardsNext',
  'openHeld',
  'chart',
  'chartWeek',
  'legend',
] as const;

const PartTexts = z.strictObject({
  letters: z.record(z.enum(letterNames), Text),
  holds: z.record(z.enum(holdNames), Text),
  people: z.strictObject({ heading: Text, line: Text, lineJob: Text, more: Text }),
  progress: Text,
  digest: z.record(z.enum(digestNames), Text),
  somebody: Text,
  remarks: z.record(z.enum(remarkActs), Text),
});
export type PartTexts = z.infer<typeof PartTexts>;

/** templates/slack/notices.<locale>.json and parts.<locale>.json. A missing or a strange text stops the program at start. */
export const noticeTexts = readBoth('notices', z.record(z.enum(noticeKinds), NoticeText));
export const partTexts = readBoth('parts', PartTexts);

function readBoth<T>(name: string, schema: z.ZodType<T>): Readonly<Record<Locale, T>> {
  const load = (locale: Locale) => schema.parse(JSON.parse(readSlackTemplate(`slack/${name}.${locale}.json`)));
  return { ja: load('ja'), en: load('en') };
}

/** A file of templates/, by its path there. */
export function readSlackTemplate(path: string): string {
  // In the sources the templates lie three folders up; in a package, where ours lies in dist, four.
  const file = ['../../../templates/', '../../../../templates/']
    .map((folder) => new URL(`${folder}${path}`, import.meta.url))
    .find((url) => existsSync(url));
  if (!file) throw new Error(`templates/${path} is missing`);
  return readFileSync(file, 'utf8');
}
