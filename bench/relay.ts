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
async function runOurs(rig: Rig, fake: Fake, webhookUrl: string, round: number): Promise<number> {
  const deliveries = reject(fake, people, round);
  const startedAt = performance.now();
  await Promise.all(deliveries.map((delivery) => post(webhookUrl, delivery)));
  const answered = new Set<string>();
  while (answered.size < people) {
    const links = (await readLinks(rig, round)).filter((link) => !answered.has(link));
    for (const link of links) answered.add(link);
    await answer(links);
  }
  const wanted = people * (round + 1);
  await until(rig, "select count(*)::int as count from referral where status = 'counted'", wanted);
  await until(rig, "select count(*)::int as count from write_back where status = 'written'", wanted);
  await until(rig, "select count(*)::int as count from receipt where status = 'sent'", wanted);
  await until(rig, "select count(*)::int as count from notice where kind = 'credit-earned'", wanted / 10);
  return people / ((performance.now() - startedAt) / 1000);
}

async function answer(links: readonly string[]): Promise<void> {
  const waiting = [...links];
  await Promise.all(
    Array.from({ length: applicantsAtOnce }, async () => {
      for (let link = waiting.pop(); link; link = waiting.pop()) {
        // Everybody has an address of his own: the page is limited per address.
        const visitor = openVisitor({
          'x-forwarded-for': `198.51.${waiting.length % 250}.${1 + (Math.floor(waiting.length / 250) % 250)}`,
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

async function readLinks(rig: Rig, round: number): Promise<readonly string[]> {
  const rows = await rig.sql.query('select text from outbox_mail where mail_key like $1 and "to" like $2', [
    'letter-%',
    `%person-${round}-%`,
  ]);
  return rows.rows.map(({ text }: { text: string }) => text.split(/\s+/).find((word) => word.includes('/c/')) ?? '');
}

async function until(rig: Rig, query: string, wanted: number): Promise<void> {
  while ((await rig.sql.query(query)).rows[0].count < wanted) await new Promise((resolve) => setTimeout(resolve, 20));
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
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await runPlain(rig.url, hosted.origin, fake, round));
    ours.push(await runOurs(rig, fake, webhookUrl, round));
  }
  await rig.close();
  await hosted.close();
  report(
    `The whole job: rejection → re-read → letter → consent → credit → notice (${people} at once, PostgreSQL, median of ${rounds})`,
    [
      ['ours: in batches, durable at every step', `${Math.round(median(ours))} rejections/s`],
      ['plain: one after the other, same steps', `${Math.round(median(theirs))} rejections/s`],
      ['ratio', `${(median(ours) / median(theirs)).toFixed(2)} ×`],
      ['goal', '≥ 300 rejections/s'],
    ],
  );
}
