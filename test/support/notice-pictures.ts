import { renderBlocksPage } from '../../src/slack/text/block-page.ts';
import { toChartSvg } from '../../src/slack/text/chart.ts';
import { toSampleView } from '../../src/slack/text/preview.ts';
import { renderNotice } from '../../src/slack/text/render-notice.ts';
import type { ChartWeek, NoticeView } from '../../src/slack/text/view.ts';

/** One picture of the documentation: the page it is taken of. */
export interface NoticePicture {
  /** The file's name in docs/slack, without its ending. */
  readonly name: string;
  readonly html: string;
}

const weeks: readonly ChartWeek[] = [
  { label: '9/28', sent: 18, consents: 2 },
  { label: '10/5', sent: 25, consents: 3 },
  { label: '10/12', sent: 14, consents: 0 },
  { label: '10/19', sent: 31, consents: 4 },
  { label: '10/26', sent: 22, consents: 3 },
  { label: '11/2', sent: 9, consents: 1 },
  { label: '11/9', sent: 28, consents: 6 },
  { label: '11/16', sent: 34, consents: 5 },
];

const digest = toSampleView('weekly-digest');

/** The notices of an invented company's week, as they come out of the same code that Slack's come out of. */
const story: readonly { readonly at: string; readonly view: NoticeView }[] = [
  {
    at: '2026-11-20T06:12:00Z',
    view: {
      ...toSampleView('letters-planned'),
      remarks: [{ by: 'U0FAKE0001', did: 'letters-cancelled', count: 1, at: '2026-11-20T05:05:00Z' }],
      letters: {
        planned: 12,
        held: 0,
        sent: 0,
        cancelled: 1,
        unclear: 0,
        heldBy: {},
        nextAt: new Date('2026-11-24T00:00:00Z'),
        isShadow: false,
      },
    },
  },
  { at: '2026-11-20T06:20:00Z', view: toSampleView('letters-held') },
  { at: '2026-11-20T08:41:00Z', view: toSampleView('credit-earned') },
  { at: '2026-11-24T01:02:00Z', view: toSampleView('connection-failing') },
  {
    at: '2026-11-24T01:05:00Z',
    view: { ...digest, tokens: { ...digest.tokens, history: JSON.stringify(weeks) }, chart: { fileRef: 'F0FAKE0001' } },
  },
];

const companies = { ja: '架空食品株式会社', en: 'Kakuu Foods' } as const;
const people = { ja: '髙﨑 一郎', en: "Aoi O'Brien" } as const;
const chart = `data:image/svg+xml;base64,${Buffer.from(toChartSvg(weeks)).toString('base64')}`;

/** Every picture, with nothing in it that another machine or another day would change. */
export function toNoticePictures(): readonly NoticePicture[] {
  return (['ja', 'en'] as const).flatMap((locale) => {
    const company = companies[locale];
    const messages = story.map(({ at, view }) => ({
      ...renderNotice(view, { locale, company, wording: undefined, baseUrl: 'https://relay.example.com' }),
      at: new Date(at),
    }));
    return (['light', 'dark'] as const).map((scheme) => ({
      name: `notices.${locale}.${scheme}`,
      html: renderBlocksPage({
        title: '# saiyo',
        locale,
        messages,
        scheme,
        images: { F0FAKE0001: chart },
        names: { U0FAKE0001: people[locale] },
      }),
    }));
  });
}
