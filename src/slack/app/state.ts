import { z } from 'zod';

/** What a modal remembers between two clicks, in its private metadata. Slack keeps it; ids in it are looked up each time. */
export const ModalState = z.object({
  companyId: z.uuid().optional(),
  locale: z.enum(['ja', 'en']),
  /** The notice whose button opened it: there it is told afterwards who acted. */
  noticeId: z.uuid().optional(),
  /** Where that button stood: decides whether names are shown. */
  channelRef: z.string().max(30).optional(),
  connectionId: z.uuid().optional(),
  reservationId: z.uuid().optional(),
  /** The letters shown, and where the pages up to this one begin. */
  list: z.enum(['waiting', 'planned']).optional(),
  cursors: z.array(z.string().max(60)).max(30).optional(),
  letterIds: z.array(z.uuid()).max(10).optional(),
  /** The reason asked about, and what was chosen for it. */
  reason: z.object({ reasonRef: z.string(), name: z.string(), title: z.string(), heldLetters: z.number() }).optional(),
  rule: z
    .object({ decidedBy: z.enum(['company', 'candidate', 'unknown']), letter: z.enum(['send', 'skip', 'hold']) })
    .optional(),
  /** The rejection that is being put together. */
  applicationRef: z.string().max(200).optional(),
  reasonRef: z.string().max(200).optional(),
  templateRef: z.string().max(200).optional(),
});
export type ModalState = z.infer<typeof ModalState>;

export function toMetadata(state: ModalState): string {
  return JSON.stringify(state);
}

/** undefined for a view that is none of ours, or of another version. */
export function readMetadata(metadata: string): ModalState | undefined {
  try {
    return ModalState.safeParse(JSON.parse(metadata)).data;
  } catch {
    return undefined;
  }
}
