import type { Events } from '../events.ts';
import type { Tx } from '../platform/database.ts';
import type { JobData, Jobs } from '../platform/jobs.ts';
import { type AskedBatch, askBatch, type BatchJob, batchQueue, stopBatch, workOnBatch } from './batch.ts';
import type { LetterBatch } from './batch-store.ts';
import { cancelLetter, decideLetters, holdLetter, type LetterAct, releaseLetter } from './by-hand.ts';
import { type LeaveOut, leaveOutOld } from './going-live.ts';
import { type PersonalLinkParts, writePersonalLinks } from './personal-link.ts';
import { callOffLetters, planLetters } from './plan.ts';
import { type LetterPreview, type PreviewRequest, previewLetter } from './preview.ts';
import { replanAgency, replanMapped, replanQueue } from './replan.ts';
import { type SendJob, type SendParts, sendLetters } from './send.ts';
import type { Letter } from './store.ts';
import { sendQueue, sweepLetters } from './sweep.ts';
import {
  type SampleMail,
  sendSampleMail,
  sendSenderTest,
  sendTestMail,
  sendTestWording,
  type TestMail,
  type WordingTest,
} from './test-mail.ts';

export interface Letters {
  /** Hands the letters that have become due to the sender; gives how many. Call it every second or so, anywhere. */
  sweep(): Promise<number>;
  /** @throws RelayError request_not_found, request_conflict. */
  cancel(letterId: string, actor: string): Promise<Letter>;
  /** Sends it on now. @throws RelayError request_not_found, request_conflict. */
  send(letterId: string, actor: string): Promise<Letter>;
  /** Keeps a planned one back until somebody sends or cancels it. @throws RelayError request_not_found, request_conflict. */
  hold(letterId: string, actor: string): Promise<Letter>;
  /** The same for many of one company; gives the ids of those it changed. Those that are past it stay as they are. */
  decide(
    asked: { readonly companyId: string; readonly letterIds: readonly string[]; readonly act: LetterAct },
    actor: string,
  ): Promise<readonly string[]>;
  /**
   * The same for all that a filter finds now, in the background; one such work of a company at a time.
   * @throws RelayError request_conflict while another is under way, or where there is nothing to change, or more than confirmed.
   */
  askBatch(asked: AskedBatch, actor: string): Promise<LetterBatch>;
  /** Leaves alone what it has not come to. @throws RelayError request_conflict when it has ended. */
  stopBatch(which: BatchJob, actor: string): Promise<LetterBatch>;
  /** Calls off the planned letters of a connection that were decided too long ago, before it goes live; gives how many. */
  leaveOutOld(tx: Tx, asked: LeaveOut, actor: string): Promise<number>;
  /** What went out, or would; undefined when there is no such letter. */
  preview(tx: Tx, request: PreviewRequest): Promise<LetterPreview | undefined>;
  /** Sends it to who asks, and to nobody else. @throws RelayError request_not_found, request_conflict, mail_unavailable. */
  sendTest(asked: TestMail, actor: string): Promise<void>;
  /** Sends the draft of a template to who asks. @throws RelayError as sendTest. */
  sendTestWording(asked: WordingTest, actor: string): Promise<void>;
  /** The same for the letter to an invented applicant. @throws RelayError as sendTest. */
  sendSample(asked: SampleMail, actor: string): Promise<void>;
  /** Sends a few words in the company's name to who asks: whether its mail arrives. @throws RelayError request_not_found, mail_unavailable. */
  sendSenderTest(asked: Omit<SampleMail, 'locale'>): Promise<void>;
  /** Looks again at the letters that wait for an agency in order, in a job of this transaction. */
  replan(tx: Tx, companyId: string): Promise<void>;
}

export interface LettersParts extends SendParts {
  readonly connections: PersonalLinkParts['connections'];
  readonly events: Events;
  readonly jobs: Jobs;
}

/** Letters of one company that are sent in one go. */
const lettersAtOnce = 50;

/** Which letter, when, rendered, sent: once per rejection. */
export function openLetters(parts: LettersParts): Letters {
  parts.events.listen('letter', 'rejection-recorded', (events) => planLetters(parts, events));
  parts.events.listen('letter', 'rejection-lifted', (events) => callOffLetters(parts, events));
  parts.events.listen('letter', 'application-received', (events) => writePersonalLinks(parts, events));
  parts.events.listen('letter', 'mapping-changed', (events) => replanMapped(parts, events));
  parts.jobs.define<JobData>({ name: replanQueue, batch: 50, handle: (jobs) => replanAgency(parts, jobs) });
  parts.jobs.define<SendJob>({ name: sendQueue, batch: lettersAtOnce, handle: (jobs) => sendLetters(parts, jobs) });
  parts.jobs.define<BatchJob>({ name: batchQueue, batch: 1, handle: (jobs) => workOnBatch(parts, jobs) });
  return {
    sweep: () => sweepLetters(parts),
    cancel: (letterId, actor) => cancelLetter(parts, letterId, actor),
    send: (letterId, actor) => releaseLetter(parts, letterId, actor),
    hold: (letterId, actor) => holdLetter(parts, letterId, actor),
    decide: (asked, actor) => decideLetters(parts, asked, actor),
    askBatch: (asked, actor) => askBatch(parts, asked, actor),
    stopBatch: (which, actor) => stopBatch(parts, which, actor),
    leaveOutOld: (tx, asked, actor) => leaveOutOld(parts, tx, asked, actor),
    preview: (tx, request) => previewLetter(parts, tx, request),
    sendTest: (asked, actor) => sendTestMail(parts, asked, actor),
    sendTestWording: (asked, actor) => sendTestWording(parts, asked, actor),
    sendSample: (asked, actor) => sendSampleMail(parts, asked, actor),
    sendSenderTest: (asked) => sendSenderTest(parts, asked),
    replan: (tx, companyId) => parts.jobs.enqueue(tx, replanQueue, [{ companyId }]),
  };
}
