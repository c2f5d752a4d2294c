import { createGreenhouseFake } from '../connectors/greenhouse/fake.ts';
import { type Fake, type FakeDelivery, serveFake } from '../src/connector/index.ts';
import { openVisitor } from '../src/demo/visitor.ts';
import { median, type Rig, report, startRig, startScript } from './support.ts';

const people = 600;
const plainPeople = 100;
const rounds = 3;
const applicantsAtOnce = 40;

/**
 * The whole job, in rejections per second: signed webhook → stored → read again in the ATS → letter planned, read again,
 * sent into the outbox → page opened, agreed → receipt, write-back → referral and credit → notice. The stand-in ATS and
 * the applicants' browsers work on the same machine.
 */
async function runOurs(rig: Rig, fake: Fake, webhookUrl: string, round: number): Promise<Run> {
  const deliveries = reject(fake, people, round);
  const startedAt = performance.now();
  const stages: [string, number][] = [];
  const reached = (stage: string) => stages.push([stage, (performance.now() - startedAt) / 1000]);
  const known = new Set<string>();
  const waiting: string[] = [];
  const answering = openAnswering(waiting, people);
  await Promise.all(deliveries.map((delivery) => post(webhookUrl, delivery)));
  reached('acknowledged');
  while (known.size < people) {
    const links = await readNewLinks(rig, round, known);
    for (const link of links) known.add(link);
    waiting.push(...links);
    if (links.length === 0) await pause();
  }
  reached('letters sent');
  await answering;
  reached('all answered');
  const wanted = people * (round + 1);
  await until(rig, "select count(*)::int as count from referral where status = 'counted'", wanted);
  reached('referrals counted');
  await until(rig, "select count(*)::int as count from receipt where status = 'sent'", wanted);
  reached('receipts sent');
  await until(rig, "select count(*)::int as count from write_back where status = 'written'", wanted);
  reached('written back');
  await until(rig, "select count(*)::int as count from notice where kind = 'credit-earned'", wanted / 10);
  reached('noticed');
  return { rate: people / ((performance.now() - startedAt) / 1000), stages };
}

interface Run {
  readonly rate: number;
  /** Seconds after the first webhook until everybody had come so far. */
  readonly stages: readonly (readonly [string, number])[];
}

/** A number of applicants who take the links one after the other as they come, until all have answered. */
async function openAnswering(waiting: string[], total: number): Promise<void> {
  let taken = 0;
  await Promise.all(
    Array.from({ length: applicantsAtOnce }, async () => {
      while (taken < total) {
        const link = waiting.shift();
        if (!link) {
          await pause();
          continue;
        }
        taken += 1;
        // Everybody has an address of his own: the page is limited per address.
        const visitor = openVisitor({
          'x-forwarded-for': `198.51.${taken % 250}.${1 + (Math.floor(taken / 250) % 250)}`,
        });
        await visitor.decide(link, await visitor.open(link), 'grant', ['introduction']);
      }
    }),
  );
}

function reject(fake: Fake, count: number, round: number): readonly FakeDelivery[] {
  return Array.from({ length: count }, (_, index) =>
    fake.reject({
      givenName: '太郎',
      familyName: '𠮷野',
      email: `person-${round}-${index}@example.com`,
      job: '営業職',
    }),
  );
}

async function post(url: string, { headers, body }: FakeDelivery): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
  if (response.status !== 200) throw new Error(`a webhook was answered ${response.status}`);
}

async function readNewLinks(rig: Rig, round: number, known: ReadonlySet<string>): Promise<readonly string[]> {
  const rows = await rig.sql.query(
    `select substring(text from '\\S+/c/\\S+') as link from outbox_mail where mail_key like 'letter-%' and "to" like $1`,
    [`%person-${round}-%`],
  );
  return rows.rows.map(({ link }: { link: string }) => link).filter((link) => !known.has(link));
}

/** Our own looking must not be what is measured. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

async function until(rig: Rig, query: string, wanted: number): Promise<void> {
  while ((await rig.sql.query(query)).rows[0].count < wanted) await pause();
}

/** The same job the plain way: a script that takes one rejection after the other through the same steps. */
async function runPlain(url: string, fakeOrigin: string, fake: Fake, round: number): Promise<number> {
  const settings = fake.settings(fakeOrigin);
  const plain = await startScript('./plain-relay-server.ts', [
    url,
    fakeOrigin,
    settings.clientId ?? '',
    settings.clientSecret ?? '',
    settings.webhookSecret ?? '',
  ]);
  const origin = `http://127.0.0.1:${plain.line}`;
  const deliveries = reject(fake, plainPeople, 1_000 + round);
  const startedAt = performance.now();
  for (const delivery of deliveries) {
    const response = await fetch(`${origin}/hook`, {
      method: 'POST',
      headers: delivery.headers,
      body: new Uint8Array(delivery.body),
    });
    const link = await response.text();
    const visitor = openVisitor();
    await visitor.decide(link, await visitor.open(link), 'grant', ['introduction']);
  }
  const rate = plainPeople / ((performance.now() - startedAt) / 1000);
  await plain.stop();
  return rate;
}

export async function benchRelay(): Promise<void> {
  const fake = createGreenhouseFake({ now: () => new Date(), requestsPerWindow: 1_000_000 });
  const hosted = await serveFake(fake);
  const rig = await startRig([]);
  const { id, webhookUrl } = await rig.api.post('/connections', {
    company: 'bench',
    connector: 'greenhouse',
    settings: fake.settings(hosted.origin),
  });
  await rig.api.patch(`/connections/${id}`, { state: 'live', letter: { holdMinutes: 0, window: 'always' } });
  const ours: Run[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await runPlain(rig.url, hosted.origin, fake, round));
    ours.push(await runOurs(rig, fake, webhookUrl, round));
  }
  await rig.close();
  await hosted.close();
  const rate = median(ours.map((run) => run.rate));
  report(
    `The whole job: rejection → re-read → letter → consent → credit → notice (${people} at once, PostgreSQL, median of ${rounds})`,
    [
      ['ours: in batches, durable at every step', `${Math.round(rate)} rejections/s`],
      ['plain: one after the other, same steps', `${Math.round(median(theirs))} rejections/s`],
      ['ratio', `${(rate / median(theirs)).toFixed(2)} ×`],
      ['goal', '≥ 300 rejections/s'],
      ...(ours.at(-1)?.stages ?? []).map(
        ([stage, seconds]) => [`  last run: ${stage}`, `${seconds.toFixed(1)} s`] as const,
      ),
    ],
  );
}
