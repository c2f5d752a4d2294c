import { setTimeout as wait } from 'node:timers/promises';
import { createLeverFake } from '../connectors/lever/fake.ts';
import { lever } from '../connectors/lever/index.ts';
import { type Fake, serveFake } from '../src/connector/index.ts';
import { readWhole } from './full-read.ts';
import { report } from './support.ts';

const applications = 100_000;
const rowsMax = 100;
const burst = 20;
const perSecond = 10;
const dayMs = 24 * 60 * 60_000;

const time = { now: () => new Date(), sleep: (ms: number) => wait(ms) };

interface Reading {
  readonly seconds: number;
  readonly calls: number;
  readonly refused: number;
  readonly seen: number;
}

async function measure(fake: Fake, read: (begin: () => void) => Promise<number>): Promise<Reading> {
  await wait((burst / perSecond) * 1000); // so that each begins with a full bucket
  const before = fake.calls.length;
  let startedAt = performance.now();
  const seen = await read(() => {
    startedAt = performance.now();
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const calls = fake.calls.slice(before);
  const refused = calls.filter(({ status }) => status === 429).length;
  return { seconds, calls: calls.length - refused, refused, seen };
}

/** The plain way: the pages one after the other; a refusal tells no wait, so a second is waited. */
async function readPlainly(origin: string, settings: Readonly<Record<string, string>>): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${settings.apiKey}:`).toString('base64')}`;
  const since = Date.now() - 90 * dayMs;
  let seen = 0;
  for (let offset: string | undefined; ; ) {
    const query = new URLSearchParams({ archived: 'true', archived_at_start: String(since), limit: String(rowsMax) });
    if (offset !== undefined) query.set('offset', offset);
    const response = await fetch(`${origin}/v1/opportunities?${query}`, { headers: { authorization } });
    if (response.status === 429) {
      await wait(1_000);
      continue;
    }
    const page = (await response.json()) as { readonly data: readonly unknown[]; readonly next?: string };
    seen += page.data.length;
    if (!page.next) return seen;
    offset = page.next;
  }
}

/** The same for a vendor whose calls come out of a bucket that tells nothing. In real time: about four minutes. */
export async function benchFullReadBucket(): Promise<void> {
  const fake = createLeverFake({ now: time.now, requestsPerWindow: burst });
  const everyMs = (85 * dayMs) / applications;
  const present = Date.now();
  for (let index = 0; index < applications; index += 1) {
    const decidedAt = new Date(present - dayMs - index * everyMs);
    fake.reject({ givenName: '太郎', familyName: '𠮷野', email: `p${index}@example.com`, job: '営業職', decidedAt });
  }
  const hosted = await serveFake(fake);
  const settings = fake.settings(hosted.origin);
  const plain = await measure(fake, () => readPlainly(hosted.origin, settings));
  const ours = await measure(fake, (begin) => readWhole({ connector: lever, settings, time, begin }));
  await hosted.close();
  if ([ours, plain].some(({ seen }) => seen !== applications)) throw new Error('a reading passed somebody over');
  const dictated = ({ calls }: Reading) => (calls - burst) / perSecond;
  const show = (reading: Reading) =>
    `${(reading.seconds / dictated(reading)).toFixed(3)} × the bucket (${reading.seconds.toFixed(1)} s, ${reading.calls} calls, ${reading.refused} refused)`;
  report(
    `Lever: first full read of ${applications} applications (real time, ${perSecond} calls a second, bursts to ${burst})`,
    [
      ['what the bucket itself dictates', `${dictated(ours).toFixed(1)} s`],
      ['ours: read, compared, noted', show(ours)],
      ['plain: one by one, waits a second when refused', show(plain)],
      ['goal', '≤ 1.05 × the bucket'],
    ],
  );
}
