import type { Company } from '../../company/index.ts';
import type { Connections } from '../../connector/index.ts';
import { toCandidateName } from '../../letter/index.ts';
import type { Tx } from '../../platform/database.ts';
import type { LetterStatus } from '../../platform/tables.ts';
import type { LetterCounts, NoticeView, RenderedNotice, RenderNotice, ShownPerson, TextContext } from '../text/view.ts';
import type { Locale } from './kinds.ts';
import type { NoticedLetter } from './plan.ts';
import type { NoticeReads } from './reads.ts';
import { readFactKeys, type StoredNotice } from './store.ts';

export interface ViewParts {
  readonly reads: Pick<NoticeReads, 'letters' | 'wording'>;
  readonly connections: Pick<Connections, 'read'>;
  readonly render: RenderNotice;
  readonly baseUrl: string;
}

/** Renders a notice as things stand when it is called. Without `chart` it shows no picture. */
export type Draft = (chart: NoticeView['chart']) => {
  /** As the place shows it. */
  readonly message: RenderedNotice;
  /** The plain text that is kept: it names nobody. */
  readonly keptText: string;
};

/** Reads what a notice tells now. People are named only where the place shows names, and never in what is kept. */
export async function readDraft(
  parts: ViewParts,
  tx: Tx,
  company: Company,
  notice: StoredNotice,
  hasNames: boolean,
): Promise<Draft> {
  const { kind, companyId, noticeId, tokens, remarks, connectionId } = notice;
  const { locale, name } = company;
  const letters = isOfLetters(kind) ? await readLetters(parts, tx, notice) : undefined;
  const wording = await parts.reads.wording(tx, companyId, kind, locale);
  const context = { locale, company: name, wording, baseUrl: parts.baseUrl };
  const view = {
    noticeId,
    companyId,
    kind,
    tokens,
    remarks,
    connectionId,
    reservationId: typeof tokens.reservationId === 'string' ? tokens.reservationId : null,
    letters: letters?.counts ?? null,
    chart: null,
  };
  const people = hasNames ? toPeople(letters?.all ?? [], locale) : [];
  return (chart) => {
    const kept = render(parts, { ...view, people: [] }, context);
    const message = people.length === 0 && chart === null ? kept : render(parts, { ...view, people, chart }, context);
    return { message, keptText: kept.text };
  };
}

function render({ render }: ViewParts, view: NoticeView, context: TextContext): RenderedNotice {
  if (context.wording === undefined) return render(view, context);
  try {
    return render(view, context);
  } catch {
    // A wording that was right when it was saved and is so no more: our own words tell it as well.
    return render(view, { ...context, wording: undefined });
  }
}

function isOfLetters(kind: StoredNotice['kind']): boolean {
  return kind === 'letters-planned' || kind === 'letters-held';
}

const atOnce = 1_000;

async function readLetters({ reads, connections }: ViewParts, tx: Tx, { noticeId, kind }: StoredNotice) {
  const begin = `${kind}:`;
  const letterIds = (await readFactKeys(tx, noticeId)).flatMap((key) =>
    key.startsWith(begin) ? [key.slice(begin.length)] : [],
  );
  const all: NoticedLetter[] = [];
  for (let start = 0; start < letterIds.length; start += atOnce)
    all.push(...(await reads.letters(tx, letterIds.slice(start, start + atOnce))));
  const connectionIds = new Set(all.map(({ connectionId }) => connectionId));
  const states = [];
  for (const connectionId of connectionIds) states.push((await connections.read(tx, connectionId))?.state);
  return { all, counts: countLetters(all, states.includes('shadow')) };
}

const column = {
  planned: 'planned',
  sending: 'planned',
  sent: 'sent',
  held: 'held',
  skipped: 'cancelled',
  cancelled: 'cancelled',
  failed: 'unclear',
  unknown: 'unclear',
} as const satisfies Record<LetterStatus, keyof LetterCounts>;

/** How letters stand together. */
export function countLetters(letters: readonly NoticedLetter[], isShadow: boolean): LetterCounts {
  const counts = { planned: 0, held: 0, sent: 0, cancelled: 0, unclear: 0 };
  const heldBy: Record<string, number> = {};
  for (const { status, reason } of letters) {
    counts[column[status]] += 1;
    if (status === 'held' && reason !== null) heldBy[reason] = (heldBy[reason] ?? 0) + 1;
  }
  const planned = letters.filter(({ status }) => status === 'planned');
  const due = planned.flatMap(({ dueAt }) => (dueAt ? [dueAt.getTime()] : []));
  return { ...counts, heldBy, nextAt: due.length > 0 ? new Date(Math.min(...due)) : null, isShadow };
}

/** The erased have no name any more, and so do not stand here. */
function toPeople(letters: readonly NoticedLetter[], locale: Locale): readonly ShownPerson[] {
  return letters.flatMap((letter) => {
    const name = toCandidateName(letter, locale);
    return name === '' ? [] : [{ name, job: letter.job }];
  });
}
