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
} as const;
export type ActionId = (typeof actionIds)[keyof typeof actionIds];

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
