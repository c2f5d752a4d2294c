/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { findAgencyFaults, toLicenceNumber } from '../../../src/settings/page/company/rules.ts';
import { toShown } from '../../../src/settings/page/parts/preview-frame.tsx';
import { WaysContext } from '../../../src/settings/page/sign-in/ways.ts';
import { ConnectCard } from '../../../src/settings/page/slack/connect-card.tsx';
import { toSlackSearch } from '../../../src/settings/page/slack/kinds.ts';
import { PlaceList, toRef } from '../../../src/settings/page/slack/place-list.tsx';
import { RouteEditor } from '../../../src/settings/page/slack/route-editor.tsx';
import { WordingEditor } from '../../../src/settings/page/slack/wording-editor.tsx';
import { renderPart } from './support/render.tsx';

const place = {
  id: '0199a0c0-0000-7000-8000-000000000001',
  kind: 'channel',
  slackRef: 'C0123456789',
  name: 'saiyo',
  hasNames: false,
  isDefault: true,
  blockedReason: null,
};
const route = { placeId: place.id, kinds: ['letters-held'], connectionId: null, job: '営業職（東京）' };
const desk = {
  kind: 'credit-earned',
  locale: 'ja',
  own: null,
  ours: { title: 'クレジットが増えました', body: '{{ company }}：' },
  tokens: [
    { name: 'company', sample: '' },
    { name: 'available', sample: 2 },
  ],
  longest: { title: 150, body: 2_000 },
};
const preview = { text: '', blocks: [], html: '<!doctype html><html lang="ja"></html>', problems: [] as string[] };

/** The server, for one company. */
function answer(change: Readonly<Record<string, unknown>> = {}) {
  const bodies: Readonly<Record<string, unknown>> = {
    places: { items: [place], nextCursor: null, warning: { ja: '氏名が送られます。', en: 'Names are sent.' } },
    routes: { items: [route], nextCursor: null },
    connections: { items: [], nextCursor: null },
    connectors: { items: [], nextCursor: null },
    ja: desk,
    preview,
    ...change,
  };
  return ({ pathname }: URL) => ({
    body: bodies[pathname.slice(pathname.lastIndexOf('/') + 1)] ?? place,
    headers: { etag: '"version-1"' },
  });
}

test.each([
  ['C0123456789', 'C0123456789'],
  [' ｃ０１２３４５６７８９ ', 'C0123456789'],
  ['https://kakuu.slack.com/archives/C0123456789', 'C0123456789'],
  ['https://kakuu.slack.com/team/U0123456789?x=1', 'U0123456789'],
  ['#saiyo', '#SAIYO'],
])('%s is taken as the id %s', (typed, ref) => {
  expect(toRef(typed)).toBe(ref);
});

test('an address that makes no sense leads to the page as it begins', () => {
  expect(toSlackSearch({ tab: 'x', kind: 1, locale: 'fr' })).toEqual({});
  expect(toSlackSearch({ tab: 'wording', kind: 'progress', locale: 'en' })).toEqual({
    tab: 'wording',
    kind: 'progress',
    locale: 'en',
  });
});

test('a page that is shown in a frame keeps its style and leads nowhere', () => {
  const html = '<html lang="ja"><style>a{}</style><a href="/x">x</a><form action="/y"><button type="submit">';

  expect(toShown(html, { nonce: 'n', scheme: 'dark' })).toBe(
    '<html data-scheme="dark" lang="ja"><style nonce="n">a{}</style><a data-none="/x">x</a><form data-none="/y"><button type="button">',
  );
});

test('installing leads to Slack by the address that the server gives', async () => {
  const left: string[] = [];
  const ways = { hasSlack: false, remember: () => undefined, leave: (url: string) => void left.push(url) };
  const url = 'https://relay.example.com/install/slack?ticket=x';
  const { asked } = await renderPart(
    <WaysContext value={ways}>
      <ConnectCard slug="sakura-foods" maySet />
    </WaysContext>,
    { answer: answer({ install: { url, expiresAt: '2026-11-24T01:10:00.000Z' } }) },
  );

  await userEvent.click(screen.getByRole('button', { name: 'Slackにインストールする' }));

  await waitFor(() => expect(left).toEqual([url]));
  expect(JSON.parse(String(asked[0]?.init.body))).toEqual({ company: 'sakura-foods', connector: 'slack' });
});

describe('a place', () => {
  test('shows names only after the warning was read', async () => {
    const { asked } = await renderPart(<PlaceList slug="sakura-foods" maySet />, { answer: answer() });
    await userEvent.click(await screen.findByRole('switch', { name: '#saiyo に氏名を表示' }));
    const dialog = within(await screen.findByRole('dialog'));
    const go = dialog.getByRole<HTMLButtonElement>('button', { name: '氏名を表示する' });
    const wasDisabled = go.disabled;

    await userEvent.click(dialog.getByRole('checkbox'));
    await userEvent.click(go);

    expect(wasDisabled).toBe(true);
    expect(dialog.getByText('氏名が送られます。')).not.toBeNull();
    await waitFor(() => expect(asked.some(({ init }) => init.method === 'PATCH')).toBe(true));
    const sent = asked.find(({ init }) => init.method === 'PATCH');
    expect(JSON.parse(String(sent?.init.body))).toEqual({ hasNames: true, acceptsNamesWarning: true });
  });

  test('where nothing arrives says why and what to do, and is asked again', async () => {
    const blocked = { ...place, blockedReason: 'not_in_channel' };
    const places = { items: [blocked], nextCursor: null, warning: { ja: '', en: '' } };
    const { asked } = await renderPart(<PlaceList slug="sakura-foods" maySet />, { answer: answer({ places }) });

    await userEvent.click(await screen.findByRole('button', { name: '#saiyo を再確認する' }));

    expect(screen.getByText(/\/invite @career-relay/)).not.toBeNull();
    await waitFor(() => expect(asked.some(({ url }) => url.endsWith(`${place.id}/retry`))).toBe(true));
  });

  test('offers no button to who may only look', async () => {
    await renderPart(<PlaceList slug="sakura-foods" maySet={false} />, { answer: answer() });

    await screen.findByText('#saiyo');
    expect(screen.queryAllByRole('button')).toEqual([]);
    expect(screen.queryAllByRole('switch')).toEqual([]);
  });
});

test('routes are saved as the version that was read, and an empty job is every job', async () => {
  const { asked } = await renderPart(<RouteEditor slug="sakura-foods" maySet />, { answer: answer() });
  await userEvent.clear(await screen.findByLabelText('職種'));

  await userEvent.click(screen.getByRole('button', { name: '保存する' }));

  await waitFor(() => expect(asked.some(({ init }) => init.method === 'PUT')).toBe(true));
  const sent = asked.find(({ init }) => init.method === 'PUT');
  expect(sent?.init.headers).toMatchObject({ 'if-match': '"version-1"' });
  expect(JSON.parse(String(sent?.init.body))).toEqual({ routes: [{ ...route, job: null }] });
});

describe('a wording', () => {
  const editor = (
    <WordingEditor slug="sakura-foods" kind="credit-earned" locale="ja" maySet onChoose={() => undefined} />
  );

  test('begins with ours, takes a field where the cursor stands, and is previewed as it is typed', async () => {
    const { asked } = await renderPart(editor, { answer: answer() });
    await userEvent.type(await screen.findByLabelText('本文'), '髙﨑さん');

    await userEvent.click(screen.getByRole('button', { name: 'available' }));

    expect(screen.getByLabelText<HTMLTextAreaElement>('本文').value).toBe('{{ company }}：髙﨑さん{{ available }}');
    await waitFor(() => {
      const last = asked.filter(({ url }) => url.endsWith('/preview')).at(-1);
      expect(JSON.parse(String(last?.init.body)).wording.body).toBe('{{ company }}：髙﨑さん{{ available }}');
    });
  });

  test('says in words what keeps it from being saved', async () => {
    const problems = ['body: token-unknown naem', 'title: empty'];
    await renderPart(editor, { answer: answer({ preview: { ...preview, problems } }) });

    await userEvent.clear(await screen.findByLabelText('タイトル'));

    expect(await screen.findByText('本文: 「naem」という項目はありません。')).not.toBeNull();
    expect(screen.getByText('タイトル: 空です。')).not.toBeNull();
  });
});

describe('the details of an agency', () => {
  const agency = {
    name: '架空キャリア株式会社',
    address: '東京都千代田区架空町1-2-3',
    representative: '髙﨑 一郎',
    licenceNumber: '１３ーﾕー９９９９９９',
    licenceExpiresOn: '2029-03-31',
    privacyUrl: 'https://agency.example.com/privacy',
    registrationUrl: 'https://agency.example.com/register',
  };

  test('are sound however the licence number was typed', () => {
    expect(toLicenceNumber(agency.licenceNumber)).toBe('13-ユ-999999');
    expect(findAgencyFaults(agency)).toEqual({});
  });

  test.each([
    ['representative', ' ', 'blank'],
    ['licenceNumber', '13-ム-999999', 'licence'],
    ['privacyUrl', 'http://agency.example.com/', 'url'],
    ['registrationUrl', 'javascript:alert(1)', 'url'],
  ])('are not with %s %j', (field, value, fault) => {
    expect(findAgencyFaults({ ...agency, [field]: value })).toEqual({ [field]: fault });
  });
});
