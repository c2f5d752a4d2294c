import type { NoticeReads } from '../../src/slack/index.ts';
import { escapeMrkdwn } from '../../src/slack/model.ts';
import type { RenderNotice } from '../../src/slack/text/view.ts';

/** Says all that a view holds, in one section: for tests of what is told, when and where, not of its words. */
export const renderPlainly: RenderNotice = (view, { company, wording, locale }) => {
  const { kind, tokens, letters, people, remarks, chart } = view;
  const told = Object.entries(tokens)
    .filter(([name]) => !['postingId', 'reservationId', 'importId', 'history', 'chartFile'].includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort();
  const { heldBy, nextAt, isShadow, ...counts } = letters ?? { heldBy: {}, nextAt: null, isShadow: false };
  const parts = [
    wording?.title ?? kind,
    ...told,
    ...[...Object.entries(counts), ...Object.entries(heldBy)].flatMap(([name, count]) =>
      count ? [`${name}=${count}`] : [],
    ),
    ...(nextAt ? [`next=${nextAt.toISOString()}`] : []),
    ...(isShadow ? ['shadow'] : []),
    ...people.map(({ name, job }) => `${name} (${job})`),
    ...remarks.map(({ by, did, count }) => `${by}:${did}:${count}`),
  ];
  const text = `${company} ${locale} | ${parts.join(' ')}`;
  return {
    text,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: escapeMrkdwn(text).slice(0, 3_000) } },
      ...(chart && 'fileRef' in chart
        ? [{ type: 'image' as const, slack_file: { id: chart.fileRef }, alt_text: 'weeks' }]
        : []),
    ],
  };
};

/** Reads of a company in which nothing is. */
export const emptyReads: NoticeReads = {
  letters: async () => [],
  letterIdsOf: async () => [],
  wording: async () => undefined,
  endingCredits: async () => [],
  countLetters: async () => ({ sent: 0 }),
  countConsents: async () => ({ granted: 0 }),
  countHeld: async () => 0,
  balance: async () => ({ referrals: { towardsNext: 0, perCredit: 10 }, credits: { available: 0 } }),
  projection: async () => ({ weeksToNextCredit: null }),
};
