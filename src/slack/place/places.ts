import { readCompany } from '../../company/index.ts';
import type { Connections } from '../../connector/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { botName } from '../model.ts';
import type { Notices } from '../notice/notices.ts';
import type { Senders } from '../senders.ts';
import type { Trouble } from '../trouble.ts';
import type { SlackApi } from '../web-api.ts';
import type { Place, Route } from './model.ts';
import {
  changeDefault,
  deletePlaces,
  insertPlace,
  listPlaces,
  listRoutes,
  readPlace,
  saveHasNames,
  savePlaceName,
  saveRoutes,
} from './store.ts';
import { postTestNotice } from './test-notice.ts';

export interface PlacesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly connections: Pick<Connections, 'read'>;
  readonly senders: Pick<Senders, 'for'>;
  readonly notices: Pick<Notices, 'resumePlaces' | 'namesChanged'>;
}

/** Why a channel or a person cannot get notices. */
export type PlaceRefusal =
  | 'not-a-ref'
  | 'not-tied'
  | 'not-found'
  | 'not-member'
  | 'archived'
  | 'bot'
  | 'deleted'
  | 'unreachable';

/** What an admin does about it; both languages. */
export const placeRefusals = {
  'not-a-ref': {
    ja: 'SlackのチャンネルID（CまたはGで始まる）かメンバーID（UまたはWで始まる）を指定してください。',
    en: 'Give the id of a Slack channel (it begins with C or G) or of a member (U or W).',
  },
  'not-tied': {
    ja: 'Slackのワークスペースがまだ接続されていません。先にSlackにインストールしてください。',
    en: 'No Slack workspace is connected, or it no longer takes our token. Install in Slack first.',
  },
  'not-found': {
    ja: `Slackで見つかりませんでした。非公開チャンネルの場合は、先にそのチャンネルで「/invite @${botName}」と入力してください。`,
    en: `Slack does not know it. If it is a private channel, type "/invite @${botName}" there first.`,
  },
  'not-member': {
    ja: `アプリがまだチャンネルに参加していません。そのチャンネルで「/invite @${botName}」と入力してから、もう一度追加してください。`,
    en: `The app is not in the channel yet. Type "/invite @${botName}" there, then add it again.`,
  },
  archived: {
    ja: 'このチャンネルはアーカイブされています。別のチャンネルを選ぶか、アーカイブを解除してください。',
    en: 'This channel is archived. Choose another one, or unarchive it.',
  },
  bot: {
    ja: 'ボットには通知できません。メンバーを選んでください。',
    en: 'A bot cannot get notices. Choose a member.',
  },
  deleted: {
    ja: 'このメンバーのアカウントは停止されています。別のメンバーを選んでください。',
    en: "This member's account is deactivated. Choose another member.",
  },
  unreachable: {
    ja: 'Slackに確認できませんでした。しばらくしてからもう一度お試しください。',
    en: 'Slack could not be asked. Try again in a moment.',
  },
} as const satisfies Readonly<Record<PlaceRefusal, { readonly ja: string; readonly en: string }>>;

/** What an admin should know of a place that was added. `shared`: people of other organisations read there. `guest`: so is this one. */
export type PlaceWarning = 'shared' | 'guest';

export type AddedPlace =
  | { readonly ok: true; readonly place: Place; readonly isNew: boolean; readonly warnings: readonly PlaceWarning[] }
  | { readonly ok: false; readonly reason: PlaceRefusal };
export type PlaceAnswer =
  | { readonly ok: true; readonly place: Place }
  | { readonly ok: false; readonly reason: 'unknown-place' };
export type TestAnswer =
  | { readonly ok: true; readonly place: Place }
  | { readonly ok: false; readonly reason: PlaceRefusal };
export type RoutesAnswer =
  | { readonly ok: true; readonly routes: readonly Route[] }
  | { readonly ok: false; readonly reason: 'unknown-place' | 'unknown-connection' };

/** The channels and people that get a company's notices, and which ones they get. Every change is audited. */
export interface Places {
  list(companyId: string): Promise<readonly Place[]>;
  /** Asks Slack first whether notices can arrive there. */
  add(companyId: string, place: { readonly slackRef: string }, actor: string): Promise<AddedPlace>;
  /** What waits for it stays to be read as logged, and names go from what stands there. False: no such place. */
  remove(companyId: string, placeId: string, actor: string): Promise<boolean>;
  /** Where goes what no route claims; null: nowhere, it is only logged. */
  setDefault(companyId: string, placeId: string | null, actor: string): Promise<boolean>;
  /** Whether people may be named there. Switched off, the names go from what was sent in the last 30 days too. */
  setNames(companyId: string, placeId: string, has: boolean, actor: string): Promise<PlaceAnswer>;
  /** Slack calls it otherwise now. */
  rename(companyId: string, slackRef: string, name: string): Promise<void>;
  /** Sends what waited for it: an admin has put right why Slack refused it. */
  unblock(companyId: string, placeId: string): Promise<PlaceAnswer>;
  /** Posts a test to the default place, else to the first; nothing of ours changes. undefined: there is no place. */
  sendTest(companyId: string): Promise<TestAnswer | undefined>;
  listRoutes(companyId: string): Promise<readonly Route[]>;
  /** Replaces all routes of the company. */
  replaceRoutes(companyId: string, routes: readonly Route[], actor: string): Promise<RoutesAnswer>;
}

export function openPlaces(parts: PlacesParts): Places {
  const { database, clock, senders, notices } = parts;
  const audit = (tx: Tx, companyId: string, actor: string, action: string, subject: string, detail: AuditDetail = {}) =>
    appendAudit(tx, { companyId, at: clock.now(), actor, action, subject, detail });
  return {
    list: (companyId) => database.forCompany(companyId, (tx) => listPlaces(tx, companyId)),
    async add(companyId, { slackRef }, actor) {
      const kind = toKind(slackRef);
      if (!kind) return { ok: false, reason: 'not-a-ref' };
      const sender = await senders.for(companyId);
      if (!sender.ok) return { ok: false, reason: 'not-tied' };
      const seen = await (kind === 'channel' ? lookAtChannel : lookAtPerson)(sender.api, slackRef);
      if (!seen.ok) return seen;
      const { name, warnings } = seen;
      const added = await database.forCompany(companyId, async (tx) => {
        const inserted = await insertPlace(tx, companyId, { kind, slackRef, name }, clock.now());
        const { place, isNew } = inserted;
        if (isNew) await audit(tx, companyId, actor, 'slack.place-added', place.placeId, { kind });
        return inserted;
      });
      return { ok: true, ...added, warnings };
    },
    remove: (companyId, placeId, actor) =>
      database.forCompany(companyId, async (tx) => {
        const place = await readPlace(tx, companyId, placeId);
        if (place?.hasNames) await notices.namesChanged(tx, companyId, placeId);
        const isGone = (await deletePlaces(tx, companyId, placeId)) > 0;
        if (isGone) await audit(tx, companyId, actor, 'slack.place-removed', placeId);
        return isGone;
      }),
    setDefault: (companyId, placeId, actor) =>
      database.forCompany(companyId, async (tx) => {
        if (placeId !== null && !(await readPlace(tx, companyId, placeId))) return false;
        await changeDefault(tx, companyId, placeId ?? undefined);
        await audit(tx, companyId, actor, 'slack.default-place', placeId ?? companyId, { isNone: placeId === null });
        return true;
      }),
    setNames: (companyId, placeId, has, actor) =>
      database.forCompany(companyId, async (tx) => {
        const place = await readPlace(tx, companyId, placeId);
        if (!place) return unknownPlace;
        if (place.hasNames === has) return { ok: true, place };
        if (!has) await notices.namesChanged(tx, companyId, placeId);
        await saveHasNames(tx, placeId, has);
        await audit(tx, companyId, actor, has ? 'slack.names-on' : 'slack.names-off', placeId);
        return { ok: true, place: { ...place, hasNames: has } };
      }),
    rename: (companyId, slackRef, name) =>
      database.forCompany(companyId, (tx) => savePlaceName(tx, companyId, slackRef, name)),
    async unblock(companyId, placeId) {
      const place = await database.forCompany(companyId, (tx) => readPlace(tx, companyId, placeId));
      if (!place) return unknownPlace;
      await notices.resumePlaces(companyId, { slackRef: place.slackRef });
      return { ok: true, place: { ...place, blockedReason: null, blockedAt: null } };
    },
    async sendTest(companyId) {
      const { company, places } = await database.forCompany(companyId, async (tx) => ({
        company: await readCompany(tx, companyId),
        places: await listPlaces(tx, companyId),
      }));
      const place = places.find(({ isDefault }) => isDefault) ?? places[0];
      if (!company || !place) return undefined;
      const sender = await senders.for(companyId);
      if (!sender.ok) return { ok: false, reason: 'not-tied' };
      const outcome = await postTestNotice(sender.api, place, company);
      return outcome.kind === 'sent' ? { ok: true, place } : { ok: false, reason: toRefusal(outcome) };
    },
    listRoutes: (companyId) => database.forCompany(companyId, (tx) => listRoutes(tx, companyId)),
    replaceRoutes: (companyId, routes, actor) =>
      database.forCompany(companyId, async (tx) => {
        const refusal = await findUnknown(parts, tx, companyId, routes);
        if (refusal) return { ok: false, reason: refusal };
        await saveRoutes(tx, companyId, routes, clock.now());
        await audit(tx, companyId, actor, 'slack.routes-changed', companyId, { routes: routes.length });
        return { ok: true, routes: await listRoutes(tx, companyId) };
      }),
  };
}

type AuditDetail = NonNullable<Parameters<typeof appendAudit>[1]['detail']>;

const unknownPlace = { ok: false, reason: 'unknown-place' } as const;

/** Source: docs.slack.dev, "Conversation object" and "User object" (read 2026-11-29). */
function toKind(slackRef: string): Place['kind'] | undefined {
  if (/^[CG][A-Z0-9]{2,30}$/.test(slackRef)) return 'channel';
  return /^[UW][A-Z0-9]{2,30}$/.test(slackRef) ? 'person' : undefined;
}

type Seen =
  | { readonly ok: true; readonly name: string | null; readonly warnings: readonly PlaceWarning[] }
  | { readonly ok: false; readonly reason: PlaceRefusal };

async function lookAtChannel(api: SlackApi, slackRef: string): Promise<Seen> {
  const seen = await api.describeChannel(slackRef);
  if (seen.kind !== 'known') return { ok: false, reason: toRefusal(seen) };
  const { name, isArchived, isMember, isShared } = seen.channel;
  if (isArchived) return { ok: false, reason: 'archived' };
  if (!isMember) return { ok: false, reason: 'not-member' };
  return { ok: true, name, warnings: isShared ? ['shared'] : [] };
}

async function lookAtPerson(api: SlackApi, slackRef: string): Promise<Seen> {
  const seen = await api.describePerson(slackRef);
  if (seen.kind !== 'known') return { ok: false, reason: toRefusal(seen) };
  const { name, isBot, isDeleted, isGuest } = seen.person;
  if (isBot) return { ok: false, reason: 'bot' };
  if (isDeleted) return { ok: false, reason: 'deleted' };
  return { ok: true, name, warnings: isGuest ? ['guest'] : [] };
}

const absentWords = new Set(['channel_not_found', 'user_not_found', 'user_not_visible']);

function toRefusal(trouble: Trouble): PlaceRefusal {
  if (trouble.kind !== 'refused') return 'unreachable';
  if (trouble.reason === 'not_in_channel') return 'not-member';
  if (trouble.reason === 'is_archived') return 'archived';
  return absentWords.has(trouble.reason) ? 'not-found' : 'not-tied';
}

/** Row-level security hides what is another company's, so its ids are as unknown as invented ones. */
async function findUnknown(
  { connections }: PlacesParts,
  tx: Tx,
  companyId: string,
  routes: readonly Route[],
): Promise<'unknown-place' | 'unknown-connection' | undefined> {
  const places = new Set((await listPlaces(tx, companyId)).map(({ placeId }) => placeId));
  if (routes.some(({ placeId }) => !places.has(placeId))) return 'unknown-place';
  const connectionIds = new Set(routes.flatMap(({ connectionId }) => connectionId ?? []));
  for (const connectionId of connectionIds)
    if ((await connections.read(tx, connectionId))?.companyId !== companyId) return 'unknown-connection';
  return undefined;
}
