import { z } from 'zod';

/** What a button or a modal of ours asks for. They stand in messages for years, so they are never renamed. */
export const actionIds = {
  lettersReview: 'letters-review',
  letterSend: 'letter-send',
  letterCancel: 'letter-cancel',
  letterHold: 'letter-hold',
  reasonsMap: 'reasons-map',
  creditReserve: 'credit-reserve',
  creditSettle: 'credit-settle',
  connectionRetry: 'connection-retry',
  connectionPause: 'connection-pause',
  connectionResume: 'connection-resume',
  rejectBegin: 'reject-begin',
  openSettings: 'open-settings',
  // Inside our own modals and the home.
  lettersWaiting: 'letters-waiting',
  lettersPlanned: 'letters-planned',
  lettersNext: 'letters-next',
  lettersPrevious: 'letters-previous',
  lettersSendAll: 'letters-send-all',
  lettersHoldAll: 'letters-hold-all',
  lettersCancelAll: 'letters-cancel-all',
  rejectConfirm: 'reject-confirm',
  companyChoose: 'company-choose',
  homeCompany: 'home-company',
} as const;
export type ActionId = (typeof actionIds)[keyof typeof actionIds];

/** What is asked for in Slack's own menu. Named in the app's manifest. */
export const shortcutIds = { held: 'career_relay_held', reject: 'career_relay_reject' } as const;

/** Modals of ours that have something to submit. */
export const modalIds = {
  message: 'message',
  letters: 'letters',
  reason: 'reason',
  reasonConfirm: 'reason-confirm',
  creditReserve: 'credit-reserve',
  creditSettle: 'credit-settle',
  pause: 'pause',
  resume: 'resume',
  resumeConfirm: 'resume-confirm',
  rejectWhich: 'reject-which',
  rejectHow: 'reject-how',
  rejectPreview: 'reject-preview',
} as const;

/** What a button carries: ids only. Who clicks is asked about each time; none of it is believed. */
export const ActionValue = z.object({
  companyId: z.uuid(),
  noticeId: z.uuid().optional(),
  connectionId: z.uuid().optional(),
  reservationId: z.uuid().optional(),
  letterId: z.uuid().optional(),
  page: z.int().min(0).max(10_000).optional(),
});
export type ActionValue = z.infer<typeof ActionValue>;

export function toActionValue(value: ActionValue): string {
  return JSON.stringify(value);
}
