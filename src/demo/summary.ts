import type { Fake } from '../connector/index.ts';
import type { Api } from './api.ts';

export interface DemoSummary {
  readonly deliveries: { readonly accepted: number; readonly duplicate: number; readonly refused: number };
  readonly rejections: number;
  readonly letters: {
    readonly sent: number;
    readonly skipped: Readonly<Record<string, number>>;
    readonly cancelled: number;
  };
  readonly consents: number;
  readonly referrals: number;
  readonly credits: { readonly available: number };
  readonly writeBacks: number;
  readonly notices: number;
}

/** Reads every figure back: from the service's lists, and what only the ATS can know from the stand-in. */
export async function readSummary(
  api: Api,
  fake: Fake,
  of: { readonly company: string; readonly connection: string },
  refused: number,
): Promise<DemoSummary> {
  const [deliveries, rejections, letters, consents, notices, credits] = await Promise.all([
    api.list('/deliveries', { connection: of.connection }),
    api.list('/rejections', { company: of.company }),
    api.list('/letters', { company: of.company }),
    api.list('/consents', { company: of.company }),
    api.list('/notices', { company: of.company }),
    api.get(`/credits?company=${of.company}`),
  ]);
  const skipped = Map.groupBy(
    letters.filter(({ status }) => status === 'skipped'),
    ({ reason }) => String(reason),
  );
  const candidateRefs = new Set(rejections.map(({ candidateRef }) => String(candidateRef)));
  return {
    deliveries: {
      accepted: deliveries.length,
      duplicate: deliveries.reduce((sum, { duplicates }) => sum + Number(duplicates), 0),
      refused,
    },
    rejections: rejections.length,
    letters: {
      sent: letters.filter(({ status }) => status === 'sent').length,
      skipped: Object.fromEntries([...skipped].map(([reason, same]) => [reason, same.length])),
      cancelled: letters.filter(({ status }) => status === 'cancelled').length,
    },
    consents: consents.filter(({ decision }) => decision === 'granted').length,
    referrals: credits.referrals.counted,
    credits: { available: credits.credits.available },
    writeBacks: [...candidateRefs].filter((ref) => fake.written(ref).notes.length > 0).length,
    notices: notices.length,
  };
}
