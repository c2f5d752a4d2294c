import { z } from 'zod';
import type { Connection } from '../../connector/index.ts';
import { toCandidateName } from '../../letter/index.ts';
import { RelayError, toRelayError } from '../../platform/errors.ts';
import { actionIds, modalIds, toActionValue } from './action-ids.ts';
import { oneByOne, tellDone } from './after.ts';
import {
  actions,
  type Block,
  button,
  choiceValueMax,
  clip,
  context,
  divider,
  type ModalView,
  modal,
  quoted,
  section,
  selectInput,
  textInput,
} from './block-kit.ts';
import type { Desk } from './desk.ts';
import { canReject, toTitled } from './home.ts';
import { maySeeNames } from './letters.ts';
import type { AskedRejection, RejectionPreview } from './parts.ts';
import type { Seat } from './seat.ts';
import { messageView, type Stage, waitingView } from './stage.ts';
import { type ModalState, toMetadata } from './state.ts';
import { type Words, wordsOf } from './words.ts';

const fields = {
  connection: 'connection',
  application: 'application',
  reason: 'reason',
  template: 'template',
} as const;

/** What the first step asks for: it is read without asking anybody, for Slack waits for it. */
export const applicationField = fields.application;

type From = Pick<ModalState, 'noticeId' | 'channelRef'>;

/** The first step: in which ATS, and which application. */
export async function openReject(desk: Desk, seat: Seat, from: From): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const all = await desk.database.forCompany(seat.companyId, (tx) => desk.connections.list(tx, seat.companyId));
  const possible = all.filter((connection) => canReject(desk, connection));
  const [first, other] = possible;
  if (!first) return messageView(words, words.say('reject.impossible'), words.plain('reject.title'));
  const choices = possible.map((connection) => ({
    value: connection.connectionId,
    text: toTitled(desk, connection).title,
  }));
  return modal({
    id: modalIds.rejectWhich,
    title: words.plain('reject.title'),
    close: words.plain('button.cancel-dialog'),
    submit: words.plain('button.continue'),
    metadata: toMetadata({
      ...from,
      companyId: seat.companyId,
      locale: seat.locale,
      ...(other ? {} : { connectionId: first.connectionId }),
    }),
    blocks: [
      section(words.say('reject.about')),
      ...(other
        ? [selectInput(fields.connection, words.plain('reject.connection'), words.plain('switch.choose'), choices)]
        : []),
      textInput(fields.application, {
        label: words.plain('reject.application'),
        hint: words.plain('reject.application-hint'),
        placeholder: words.plain('reject.application-example'),
        max: 500,
      }),
    ],
  });
}

/**
 * An application's own number, from the number itself or from the address of its page in the ATS: a parameter that
 * names an application, else the last part of the path that can be a number. undefined: there is none in it.
 */
export function parseApplicationRef(typed: string): string | undefined {
  const text = typed.normalize('NFKC').trim().replace(/^<|>$/g, '');
  if (!/^https?:\/\//i.test(text)) return /^[\w-]{1,200}$/.test(text) ? text : undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return undefined;
  const named = [...url.searchParams].find(([name]) => /^application(_?id)?$/i.test(name))?.[1];
  const parts = url.pathname.split('/').filter((part) => /^[\w-]{1,200}$/.test(part) && /\d/.test(part));
  const found = named ?? parts.at(-1);
  return found !== undefined && /^[\w-]{1,200}$/.test(found) ? found : undefined;
}

/** The second step: why, and with which letter. Both are read from the ATS now. */
export async function openHow(
  desk: Desk,
  seat: Seat,
  { state, values }: { readonly state: ModalState; readonly values: ReadonlyMap<string, string> },
): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const title = words.plain('reject.title');
  const applicationRef = parseApplicationRef(values.get(fields.application) ?? '');
  const connectionId = values.get(fields.connection) ?? state.connectionId;
  if (applicationRef === undefined) throw new RelayError('request_invalid', { message: 'no application was named' });
  const connection = await requireRejecting(desk, seat, connectionId);
  const reasons = (await desk.connections.listReasons(connection)) ?? [];
  const templates = (await desk.rejecting.listTemplates(connection)).filter(
    ({ carriesLink }) => carriesLink === 'static',
  );
  if (reasons.length === 0) return messageView(words, words.say('reject.no-reasons'), title);
  if (templates.length === 0) return messageView(words, words.say('reject.no-templates'), title);
  const isOffered = ({ value }: { readonly value: string }) => value.length <= choiceValueMax;
  return modal({
    id: modalIds.rejectHow,
    title,
    close: words.plain('button.cancel-dialog'),
    submit: words.plain('button.preview'),
    metadata: toMetadata({ ...state, connectionId: connection.connectionId, applicationRef }),
    blocks: [
      section(
        words.say('reject.which', { application: clip(applicationRef, 100), title: toTitled(desk, connection).title }),
      ),
      selectInput(
        fields.reason,
        words.plain('reject.reason'),
        words.plain('switch.choose'),
        reasons.map(({ reasonRef, name }) => ({ value: reasonRef, text: name })).filter(isOffered),
      ),
      selectInput(
        fields.template,
        words.plain('reject.template'),
        words.plain('switch.choose'),
        templates.map(({ templateRef, name }) => ({ value: templateRef, text: name })).filter(isOffered),
      ),
      context(words.say('reject.templates-hint')),
    ],
  });
}

/** The third step: whom it concerns and what they will read. Nothing has happened yet. */
export async function openPreview(
  desk: Desk,
  seat: Seat,
  { state, values }: { readonly state: ModalState; readonly values: ReadonlyMap<string, string> },
): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const connection = await requireRejecting(desk, seat, state.connectionId);
  const asked = requireAsked({
    ...state,
    reasonRef: values.get(fields.reason),
    templateRef: values.get(fields.template),
  });
  const found = await desk.rejecting.preview(connection, asked);
  if (!found.ok) return messageView(words, words.say(`reject.refused.${found.reason}`), words.plain('reject.title'));
  const showsNames = await maySeeNames(desk, seat, state.channelRef);
  const kept: ModalState = { ...state, ...asked };
  return modal({
    id: modalIds.rejectPreview,
    title: words.plain('reject.title'),
    close: words.plain('button.cancel-dialog'),
    metadata: toMetadata(kept),
    blocks: renderPreview(words, seat, asked, found, showsNames),
  });
}

function renderPreview(
  words: Words,
  { companyId }: Seat,
  { applicationRef }: AskedRejection,
  preview: RejectionPreview,
  showsNames: boolean,
): readonly Block[] {
  const { job, stage, reasonName, templateName, templateText } = preview;
  const name = showsNames ? toCandidateName(preview, words.locale) : '';
  const none = words.plain('letter.none');
  return [
    section(
      [
        ...(name === '' ? [] : [words.say('letter.name', { name: clip(name, 100) })]),
        words.say('letter.head', { job: clip(job ?? none, 150), stage: clip(stage ?? none, 150) }),
        words.say('reject.preview', {
          application: clip(applicationRef, 100),
          reason: clip(reasonName, 150),
          template: clip(templateName, 150),
        }),
      ].join('\n'),
    ),
    divider(),
    ...(templateText.trim() === '' ? [context(words.say('reject.no-text'))] : [quoted(templateText)]),
    divider(),
    actions('reject', [
      button({
        id: actionIds.rejectConfirm,
        text: words.plain('button.reject-send'),
        value: toActionValue({ companyId }),
        style: 'danger',
        confirm: {
          style: 'danger',
          title: words.plain('confirm.reject.title'),
          text: words.plain('confirm.reject.text'),
          yes: words.plain('button.reject-send'),
          no: words.plain('button.back'),
        },
      }),
    ]),
  ];
}

/** How long it is remembered that a preview was confirmed, in milliseconds. The ATS itself refuses what is rejected. */
const onceMs = 24 * 3_600_000;

/** Rejects in the ATS and says what came of it. One preview is confirmed once; nothing here is ever repeated by itself. */
export async function confirmReject(
  desk: Desk,
  seat: Seat,
  stage: Stage,
  { state, viewId }: { readonly state: ModalState; readonly viewId: string },
): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const connection = await requireRejecting(desk, seat, state.connectionId);
  const asked = requireAsked(state);
  await stage.show(waitingView(words));
  const text = await oneByOne(desk, seat, async () => {
    const key = `slack-rejected:${viewId}`;
    const earlier = await desk.cache.read(key, Outcome);
    if (earlier !== undefined) return earlier;
    await desk.cache.write(key, onceMs, words.say('reject.unclear'));
    const outcome = await rejectOnce(desk, seat, stage, connection, asked, state);
    await desk.cache.write(key, onceMs, outcome);
    return outcome;
  });
  return messageView(words, text, words.plain('reject.title'));
}

const Outcome = z.string();

async function rejectOnce(
  desk: Desk,
  seat: Seat,
  stage: Stage,
  connection: Connection,
  asked: AskedRejection,
  state: ModalState,
): Promise<string> {
  const words = wordsOf(seat.locale);
  try {
    const answer = await desk.rejecting.reject(connection, asked, seat.actor);
    if (!answer.ok) return words.say(`reject.refused.${answer.reason}`);
    await tellDone(desk, seat, stage.calls, { did: 'rejected', count: 1, state });
    return words.say('reject.done');
  } catch (thrown) {
    const error = toRelayError(thrown);
    desk.log.warn({ connectionId: connection.connectionId, code: error.code }, 'a rejection asked for in Slack failed');
    return isClearlyNo(error)
      ? words.say('reject.failed', { cause: error.userMessage[seat.locale] })
      : words.say('reject.unclear');
  }
}

/** Whether the ATS certainly did nothing. Everything else leaves it open, and a person must look there first. */
function isClearlyNo({ kind, code }: RelayError): boolean {
  return kind === 'config' || kind === 'refused' || code === 'vendor_rate_limited' || code === 'vendor_refused';
}

async function requireRejecting(
  desk: Desk,
  { companyId }: Seat,
  connectionId: string | undefined,
): Promise<Connection> {
  const connection = connectionId
    ? await desk.database.forCompany(companyId, (tx) => desk.connections.read(tx, connectionId))
    : undefined;
  if (!connection || connection.companyId !== companyId)
    throw new RelayError('request_not_found', { message: 'there is no such connection' });
  if (!canReject(desk, connection))
    throw new RelayError('request_conflict', { message: 'this connection does not reject from here' });
  return connection;
}

function requireAsked({
  applicationRef,
  reasonRef,
  templateRef,
}: { readonly [part in keyof AskedRejection]?: string | undefined }): AskedRejection {
  if (!applicationRef || !reasonRef || !templateRef)
    throw new RelayError('request_invalid', { message: 'the modal is incomplete' });
  return { applicationRef, reasonRef, templateRef };
}
