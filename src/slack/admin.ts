import type { Role } from '../company/index.ts';
import { readCompany } from '../company/index.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import type { NoticeHours } from '../platform/tables.ts';
import type { Locale, NoticeKind } from './notice/kinds.ts';
import { type LinkedPerson, listPeople, type People } from './people/index.ts';
import type { Place, Route } from './place/model.ts';
import { type AddedPlace, type PlaceRefusal, type PlaceWarning, placeRefusals } from './place/places.ts';
import type { Telling } from './telling.ts';
import { renderBlocksPage } from './text/block-page.ts';
import { lintWording, longestWording } from './text/lint-wording.ts';
import { previewNotice } from './text/preview.ts';
import { noticeTexts } from './text/texts.ts';
import { type NoticeToken, noticeTokens } from './text/tokens.ts';
import type { RenderedNotice, Wording } from './text/view.ts';
import { listWordings, readWording, removeWording, saveWording } from './text/wording.ts';
import { type Disconnected, readTie, type SlackWorkspaces, saveHours } from './workspace/index.ts';
import { usualHours } from './workspace/store.ts';

/** How a company stands with Slack. */
export interface SlackState {
  /**
   * none: no workspace is tied · installed: all is well · uninstalled: somebody removed the app · broken: Slack takes our
   * token no longer.
   */
  readonly state: 'none' | 'installed' | 'uninstalled' | 'broken';
  readonly workspace: { readonly teamRef: string; readonly name: string } | null;
  /** Slack's word, where it is broken. */
  readonly reason: string | null;
  readonly hours: NoticeHours;
}

export interface CompanyWording extends Wording {
  readonly kind: NoticeKind;
  readonly locale: Locale;
  readonly updatedAt: Date;
}

/** All that whoever words a notice has before them. */
export interface WordingDesk {
  readonly kind: NoticeKind;
  readonly locale: Locale;
  /** null: the company uses our words. */
  readonly own: Wording | null;
  /** Ours; null where they hang on conditions, which a wording of one's own cannot. */
  readonly ours: Wording | null;
  readonly tokens: readonly NoticeToken[];
  readonly longest: Readonly<Record<keyof Wording, number>>;
}

/**
 * What an admin settles about Slack, for one company at a time; each change leaves an audit line of its actor. Everything
 * throws RelayError: request_not_found, request_conflict, request_invalid, slack_not_connected, slack_refused (what to do
 * about it in the message) and slack_unavailable.
 */
export interface SlackAdmin {
  readState(companyId: string): Promise<SlackState>;
  /** Ties the company to the workspace of a bot token, after asking Slack whose it is. */
  connect(companyId: string, botToken: string, actor: string): Promise<SlackState>;
  /** Takes its places, routes and people with it. */
  disconnect(companyId: string, actor: string): Promise<Disconnected>;
  saveHours(companyId: string, hours: NoticeHours, actor: string): Promise<SlackState>;

  listPlaces(companyId: string): Promise<readonly Place[]>;
  addPlace(
    companyId: string,
    slackRef: string,
    actor: string,
  ): Promise<{ readonly place: Place; readonly warnings: readonly PlaceWarning[] }>;
  changePlace(
    companyId: string,
    placeId: string,
    change: { readonly isDefault?: true | undefined; readonly hasNames?: boolean | undefined },
    actor: string,
  ): Promise<Place>;
  /** Asks Slack again whether notices can arrive there, and lets those that wait go. */
  retryPlace(companyId: string, placeId: string, actor: string): Promise<Place>;
  removePlace(companyId: string, placeId: string, actor: string): Promise<void>;
  /** Posts a test where notices go that no route claims; gives that place. */
  sendTest(companyId: string): Promise<Place>;

  listRoutes(companyId: string): Promise<readonly Route[]>;
  /** The routes given are all there are from then on. */
  replaceRoutes(companyId: string, routes: readonly Route[], actor: string): Promise<readonly Route[]>;

  listPeople(companyId: string): Promise<readonly LinkedPerson[]>;
  /** Links a user of the company's workspace, or gives the one who is linked another role. */
  linkPerson(companyId: string, slackRef: string, role: Role, actor: string): Promise<LinkedPerson>;
  unlinkPerson(companyId: string, slackRef: string, actor: string): Promise<void>;
  /** A code to type into Slack: whoever types it first is linked. */
  makeLinkCode(
    companyId: string,
    role: Role,
    actor: string,
  ): Promise<{ readonly code: string; readonly expiresAt: Date }>;

  listWordings(companyId: string): Promise<readonly CompanyWording[]>;
  /** The words of one notice, and what they may use. */
  readWording(companyId: string, kind: NoticeKind, locale: Locale): Promise<WordingDesk>;
  /** @throws RelayError request_invalid naming what is wrong with the wording. */
  saveWording(companyId: string, wording: Omit<CompanyWording, 'updatedAt'>, actor: string): Promise<CompanyWording>;
  removeWording(companyId: string, kind: NoticeKind, locale: Locale, actor: string): Promise<void>;
  /** A notice with invented figures, in the wording given, else the company's own, else ours. */
  preview(
    companyId: string,
    asked: { readonly kind: NoticeKind; readonly locale?: Locale | undefined; readonly wording?: Wording | undefined },
  ): Promise<RenderedNotice & { readonly problems: readonly string[]; readonly html: string }>;
}

export interface SlackAdminParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly baseUrl: string;
  readonly workspaces: Pick<SlackWorkspaces, 'connectByToken' | 'disconnect'>;
  readonly telling: Telling;
  readonly people: People;
}

export function openSlackAdmin(parts: SlackAdminParts): SlackAdmin {
  return {
    ...openWorkspaceAdmin(parts),
    ...openPlaceAdmin(parts),
    ...openPeopleAdmin(parts),
    ...openWordingAdmin(parts),
  };
}

function openWorkspaceAdmin({ database, clock, workspaces, telling }: SlackAdminParts) {
  async function readState(companyId: string): Promise<SlackState> {
    const tie = await database.forSystem((tx) => readTie(tx, companyId));
    if (!tie) return { state: 'none', workspace: null, reason: null, hours: usualHours };
    const { state, teamRef, name, brokenReason, hours } = tie;
    return { state, workspace: { teamRef, name }, reason: brokenReason, hours };
  }
  return {
    readState,
    async connect(companyId, botToken, actor) {
      await workspaces.connectByToken({ companyId, botToken, actor });
      await telling.notices.resumePlaces(companyId);
      return readState(companyId);
    },
    disconnect: (companyId, actor) => workspaces.disconnect(companyId, actor),
    async saveHours(companyId, hours, actor) {
      await database.forCompany(companyId, async (tx) => {
        const at = clock.now();
        await saveHours(tx, companyId, hours, at);
        const detail = { ...hours };
        await appendAudit(tx, { companyId, at, actor, action: 'slack.hours-changed', subject: companyId, detail });
      });
      return readState(companyId);
    },
  } satisfies Partial<SlackAdmin>;
}

function openPlaceAdmin({ telling: { places } }: SlackAdminParts) {
  async function read(companyId: string, placeId: string): Promise<Place> {
    const place = (await places.list(companyId)).find((one) => one.placeId === placeId);
    if (!place) throw new RelayError('request_not_found', { message: 'there is no such place' });
    return place;
  }
  return {
    listPlaces: places.list,
    addPlace: async (companyId, slackRef, actor) => requireAdded(await places.add(companyId, { slackRef }, actor)),
    async changePlace(companyId, placeId, { isDefault, hasNames }, actor) {
      await read(companyId, placeId);
      if (hasNames !== undefined) await places.setNames(companyId, placeId, hasNames, actor);
      if (isDefault) await places.setDefault(companyId, placeId, actor);
      return read(companyId, placeId);
    },
    async retryPlace(companyId, placeId, actor) {
      const { slackRef } = await read(companyId, placeId);
      // Asked as if it were new: Slack says whether it takes anything there now.
      requireAdded(await places.add(companyId, { slackRef }, actor));
      await places.unblock(companyId, placeId);
      return read(companyId, placeId);
    },
    async removePlace(companyId, placeId, actor) {
      await read(companyId, placeId);
      await places.remove(companyId, placeId, actor);
    },
    async sendTest(companyId) {
      const sent = await places.sendTest(companyId);
      if (!sent) throw new RelayError('request_conflict', { message: 'there is no place yet', userMessage: noPlace });
      return requireSent(sent).place;
    },
    listRoutes: places.listRoutes,
    async replaceRoutes(companyId, routes, actor) {
      const answer = await places.replaceRoutes(companyId, routes, actor);
      if (!answer.ok) throw new RelayError('request_not_found', { message: `a route names an ${answer.reason}` });
      return answer.routes;
    },
  } satisfies Partial<SlackAdmin>;
}

const refusalCodes = {
  'not-a-ref': 'request_invalid',
  'not-tied': 'slack_not_connected',
  'not-found': 'slack_refused',
  'not-member': 'slack_refused',
  archived: 'slack_refused',
  bot: 'slack_refused',
  deleted: 'slack_refused',
  unreachable: 'slack_unavailable',
} as const satisfies Record<PlaceRefusal, string>;

const noPlace = {
  ja: '届け先がまだありません。先にチャンネルか人を追加してください。',
  en: 'There is no place for notices yet. Add a channel or a person first.',
};

/** @throws RelayError that says what an admin does about it. */
function requireAdded(added: AddedPlace) {
  const { place, warnings } = requireSent(added);
  return { place, warnings };
}

/** @throws RelayError that says what an admin does about it. */
function requireSent<T extends { readonly ok: true }>(
  answer: T | { readonly ok: false; readonly reason: PlaceRefusal },
): T {
  if (answer.ok) return answer;
  const { ja, en } = placeRefusals[answer.reason];
  throw new RelayError(refusalCodes[answer.reason], { message: `${ja} / ${en}`, userMessage: { ja, en } });
}

function openPeopleAdmin({ database, people }: SlackAdminParts) {
  return {
    listPeople: (companyId) => database.forSystem((tx) => listPeople(tx, companyId)),
    async linkPerson(companyId, slackRef, role, actor) {
      await people.linkPerson(companyId, { slackRef, role }, actor);
      const all = await database.forSystem((tx) => listPeople(tx, companyId));
      const linked = all.find((one) => one.slackRef === slackRef);
      if (!linked) throw new RelayError('request_conflict', { message: 'somebody else unlinked the person meanwhile' });
      return linked;
    },
    unlinkPerson: people.unlinkPerson,
    makeLinkCode: people.makeLinkCode,
  } satisfies Partial<SlackAdmin>;
}

const previewTitles = { ja: '見本', en: 'Sample' } as const satisfies Record<Locale, string>;

function openWordingAdmin({ database, clock, baseUrl }: SlackAdminParts) {
  return {
    listWordings: (companyId) => database.forCompany(companyId, (tx) => listWordings(tx, companyId)),
    async readWording(companyId, kind, locale) {
      const own = await database.forCompany(companyId, (tx) => readWording(tx, companyId, kind, locale));
      const { title, body } = noticeTexts[locale][kind];
      const isPlain = lintWording(kind, { title, body }, baseUrl).length === 0;
      const ours = isPlain ? { title, body } : null;
      const tokens = [{ name: 'company', sample: '' }, ...noticeTokens[kind]];
      return { kind, locale, own: own ?? null, ours, tokens, longest: longestWording };
    },
    async saveWording(companyId, { kind, locale, title, body }, actor) {
      const at = clock.now();
      const place = { companyId, kind, locale };
      return database.forCompany(companyId, async (tx) => {
        const saved = await saveWording(tx, place, { title, body }, { actor, at, baseUrl });
        if (!saved.ok) throw new RelayError('request_invalid', { message: saved.problems.map(sayProblem).join('; ') });
        return { kind, locale, title, body, updatedAt: saved.updatedAt };
      });
    },
    removeWording: async (companyId, kind, locale, actor) =>
      void (await database.forCompany(companyId, (tx) =>
        removeWording(tx, { companyId, kind, locale }, { actor, at: clock.now() }),
      )),
    preview: (companyId, { kind, locale: asked, wording: given }) =>
      database.forCompany(companyId, async (tx) => {
        const company = await readCompany(tx, companyId);
        if (!company) throw new RelayError('request_not_found', { message: 'the company is gone' });
        const locale = asked ?? company.locale;
        const wording = given ?? (await readWording(tx, companyId, kind, locale));
        const previewed = previewNotice({ kind, locale, company: company.name, baseUrl, wording });
        const { text, blocks, problems } = previewed;
        const html = renderBlocksPage({
          title: previewTitles[locale],
          locale,
          messages: [{ text, blocks, at: clock.now() }],
        });
        return { text, blocks, html, problems: problems.map(sayProblem) };
      }),
  } satisfies Partial<SlackAdmin>;
}

/** `body: unknown-token naem` */
function sayProblem({ part, fault, found }: { readonly part: string; readonly fault: string; readonly found: string }) {
  return `${part}: ${fault} ${found}`.trimEnd();
}
