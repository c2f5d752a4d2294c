import type { types } from '@slack/bolt';
import type { Connection } from '../../src/connector/index.ts';
import type { Desk } from '../../src/slack/app/desk.ts';
import { readHome, renderHome, renderStrangersHome } from '../../src/slack/app/home.ts';
import type { AppParts, ReviewedLetter } from '../../src/slack/app/index.ts';
import { openLetters } from '../../src/slack/app/letters.ts';
import { openReasons } from '../../src/slack/app/reasons.ts';
import { openPreview } from '../../src/slack/app/rejecting.ts';
import type { Seat } from '../../src/slack/app/seat.ts';
import { openReserve } from '../../src/slack/app/spending.ts';
import type { Locale } from '../../src/slack/notice/kinds.ts';
import { renderBlocksPage } from '../../src/slack/text/block-page.ts';
import { makeTestClock } from './clock.ts';
import type { NoticePicture } from './notice-pictures.ts';

const companyId = '01890000-0000-7000-8000-000000000010';
const baseUrl = 'https://relay.example.com';
const channelRef = 'C0FAKE0001';
const now = '2026-11-24T01:10:00Z';

/** What an invented company's app tells, in one language. */
const stories = {
  ja: {
    company: '架空食品株式会社',
    owner: '髙﨑 一郎',
    titles: { greenhouse: 'Greenhouse', hrmos: 'HRMOS採用' },
    jobs: ['営業職（東京）', '店舗スタッフ', '経理（大阪）'],
    stages: ['一次面接', '書類選考', '最終面接'],
    reasons: ['経験の不一致', '条件の不一致', '他社で内定'],
    purpose: '営業職の採用（2026年度）',
    template: '不採用のご連絡（Career Relay）',
    letter:
      '{{候補者名}} 様\n\nこのたびは、架空食品株式会社の営業職にご応募いただき、誠にありがとうございました。\n慎重に検討いたしました結果、誠に残念ながら、今回はご希望に添いかねることとなりました。\n\nよろしければ、次の機会のご案内をご覧ください。\nhttps://relay.example.com/…',
  },
  en: {
    company: 'Kakuu Foods',
    owner: "Aoi O'Brien",
    titles: { greenhouse: 'Greenhouse', hrmos: 'HRMOS' },
    jobs: ['Sales, Tokyo', 'Shop assistant', 'Accounting, Osaka'],
    stages: ['First interview', 'Application review', 'Final interview'],
    reasons: ['Experience', 'Conditions', 'Accepted another offer'],
    purpose: 'Sales position, 2026',
    template: 'Rejection with Career Relay',
    letter:
      'Dear {{candidate}},\n\nThank you for applying to Kakuu Foods. After careful consideration we are sorry to tell you that we will not go on with your application.\n\nIf you like, have a look at what could come next:\nhttps://relay.example.com/…',
  },
} as const satisfies Record<Locale, object>;

/** Every picture of the home and of modals, of the views that Slack is given. The same on every machine and day. */
export async function toAppPictures(): Promise<readonly NoticePicture[]> {
  const [ja, en] = [openStory('ja'), openStory('en')];
  return [
    ...toPair('home.ja', 'ja', await listHomes(ja, 'ja')),
    ...toPair('home.en', 'en', await listHomes(en, 'en')),
    ...toPair('modals.ja', 'ja', await listModals(ja, 'ja')),
  ];
}

function toPair(name: string, locale: Locale, views: readonly types.View[]): readonly NoticePicture[] {
  const names = { U0FAKE0001: stories[locale].owner };
  return (['light', 'dark'] as const).map((scheme) => ({
    name: `${name}.${scheme}`,
    html: renderBlocksPage({ title: 'Career Relay', locale, messages: [], views, scheme, names }),
  }));
}

/** An owner's with something of everything, a viewer's on a quiet day, and that of somebody who is not linked yet. */
async function listHomes(desk: Desk, locale: Locale): Promise<readonly types.View[]> {
  const busy = await readHome(desk, { companyId });
  const quiet = {
    ...busy,
    waiting: [],
    unknownReasons: [],
    reservations: [],
    connections: busy.connections.slice(0, 1).map((connection) => ({ ...connection, failingSince: null })),
  };
  return [
    renderHome(toSeatOf('owner', locale), busy, [], baseUrl),
    renderHome(toSeatOf('viewer', locale), quiet, [], baseUrl),
    renderStrangersHome({ isTied: true, ownerRefs: ['U0FAKE0001'] }),
  ];
}

async function listModals(desk: Desk, locale: Locale): Promise<readonly types.View[]> {
  const seat = toSeatOf('recruiter', locale);
  const asked = {
    state: { companyId, locale, channelRef, connectionId: idOf(1), applicationRef: '7100101' },
    values: new Map(Object.entries({ reason: '14001', template: '502' })),
  };
  return [
    await openLetters(desk, seat, { channelRef, noticeId: undefined }),
    await openReasons(desk, seat, {}),
    await openPreview(desk, seat, asked),
    await openReserve(desk, seat, {}),
  ];
}

function toSeatOf(role: Seat['role'], locale: Locale): Seat {
  const { company } = stories[locale];
  const actor = 'slack:T0FAKE0001:U0FAKE0001';
  return { companyId, company, slug: 'kakuu', role, locale, teamRef: 'T0FAKE0001', userRef: 'U0FAKE0001', actor };
}

const idOf = (index: number) => `01890000-0000-7000-8000-0000000001${String(index).padStart(2, '0')}`;

/** A desk in memory, as far as the views look at it. */
function openStory(locale: Locale): Desk {
  const { titles, jobs, stages, reasons, purpose, template, letter } = stories[locale];
  const connections = [
    makeConnection(1, 'greenhouse', { mode: 'ats-triggered' }),
    makeConnection(2, 'hrmos', { failingSince: new Date('2026-11-24T00:40:00Z') }),
  ];
  const letters = [
    makeLetter(1, { job: jobs[0], stage: stages[0], rejectionReason: reasons[0] }),
    makeLetter(2, { job: jobs[1], stage: stages[1], rejectionReason: reasons[1], reason: 'no-address' }),
    makeLetter(3, { job: jobs[2], stage: stages[2], rejectionReason: null, status: 'unknown', reason: null }),
  ];
  const parts: Partial<Record<keyof AppParts, object>> = {
    database: { forCompany: (_companyId: string, work: (tx: undefined) => unknown) => work(undefined) },
    clock: makeTestClock(now),
    places: { mayShowNames: async () => true },
    connections: {
      connector: (id: 'greenhouse' | 'hrmos') => ({ title: titles[id], api: { reject: () => undefined } }),
      list: async () => connections,
      read: async () => connections[0],
    },
    letters: {
      list: async () => ({ items: letters, nextCursor: null }),
      countWaiting: async () => [
        { connectionId: idOf(1), status: 'held', reason: 'reason-unknown', letters: 3 },
        { connectionId: idOf(2), status: 'held', reason: 'no-address', letters: 2 },
      ],
      listUnknownReasons: async () => [{ connectionId: idOf(1), reasonRef: '14001', name: reasons[0], heldLetters: 3 }],
    },
    credits: {
      readBalance: async () => ({
        referrals: { counted: 37, towardsNext: 7, perCredit: 10 },
        credits: { available: 2, reserved: 1, used: 0, expired: 0 },
      }),
      readProjection: async () => ({ referralsPerWeek: 2, weeksToNextCredit: 1.5 }),
      listOpenReservations: async () => [
        { reservationId: idOf(9), reason: purpose, reservedAt: new Date('2026-11-20T08:50:00Z') },
      ],
    },
    rejecting: {
      preview: async () => ({
        ...{ ok: true, job: jobs[0], stage: stages[0], givenName: '一郎', familyName: '𠮷野' },
        ...{ reasonName: reasons[0], templateName: template, templateText: letter },
      }),
    },
    intake: {
      readLastActivity: async () =>
        [
          { connectionId: idOf(1), lastDeliveryAt: new Date('2026-11-24T01:05:00Z') },
          { connectionId: idOf(2), lastImportAt: new Date('2026-11-20T06:00:00Z') },
        ].map((last) => ({ lastDeliveryAt: null, lastPolledAt: null, lastImportAt: null, ...last })),
    },
  };
  return parts as unknown as Desk;
}

function makeConnection(index: number, connector: string, change: Partial<Connection>): Connection {
  return {
    ...{ connectionId: idOf(index), companyId, connector, state: 'live', settings: {}, mapping: { reasons: {} } },
    ...{ letter: { holdMinutes: 1_440, window: 'business-hours' }, access: 'api-key', mode: 'relay-sent' },
    ...{ markedAt: null, backfillFrom: null, failingSince: null, failingCode: null, resumesAs: null },
    createdAt: new Date('2026-11-01T00:00:00Z'),
    ...change,
  } as Connection;
}

function makeLetter(index: number, change: Partial<ReviewedLetter>): ReviewedLetter {
  return {
    ...{ letterId: idOf(20 + index), connectionId: idOf(index === 2 ? 2 : 1), status: 'held', isReleased: false },
    ...{ reason: 'reason-unknown', dueAt: null, decidedAt: new Date('2026-11-20T06:20:00Z'), job: null, stage: null },
    ...{ rejectionReason: null, applicationRef: `71001${index}4`, givenName: '一郎', familyName: '髙﨑' },
    ...change,
  };
}
