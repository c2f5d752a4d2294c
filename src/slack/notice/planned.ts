import type { NoticeKind, Tokens } from './kinds.ts';

/** A notice that is to be, before it is known where it goes. */
export interface PlannedNotice {
  readonly kind: NoticeKind;
  /** What it tells, such as `credit-earned:<posting>`: a place hears each once, however often its job runs. */
  readonly factKeys: readonly string[];
  /** Notices of one group that come close together are one message, edited in place; null: always a message of its own. */
  readonly groupKey: string | null;
  readonly tokens: Tokens;
  /** What routes ask about; null where it concerns the whole company. */
  readonly connectionId: string | null;
  readonly job: string | null;
}
