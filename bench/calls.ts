import { createGreenhouseFake } from '../connectors/greenhouse/fake.ts';
import { createLeverFake } from '../connectors/lever/fake.ts';
import { type Fake, type FakeOptions, serveFake } from '../src/connector/index.ts';
import { report, startRig } from './support.ts';

const burst = 500;
const vendors: readonly { readonly id: string; readonly title: string; createFake(options: FakeOptions): Fake }[] = [
  { id: 'greenhouse', title: 'Greenhouse', createFake: createGreenhouseFake },
  { id: 'lever', title: 'Lever', createFake: createLeverFake },
];

/** API calls the ATS received (token calls included) and the rejections we then know of. */
interface Read {
  readonly calls: number;
  readonly rejections: number;
}

async function deliver(
  fake: Fake,
  webhookUrl: string,
  count: number,
  isOneByOne: boolean,
  countRejections: () => Promise<number>,
): Promise<Read> {
  const before = { calls: fake.calls.length, rejections: await countRejections() };
  const deliveries = Array.from({ length: count }, (_, index) =>
    fake.reject({
      givenName: '太郎',
      familyName: '𠮷野',
      email: `burst-${before.rejections + index}@example.com`,
      job: '営業職',
    }),
  );
  const post = async ({ headers, body }: (typeof deliveries)[number]) => {
    await fetch(webhookUrl, { method: 'POST', headers, body: new Uint8Array(body) });
  };
  if (isOneByOne) {
    for (const [index, delivery] of deliveries.entries()) {
      await post(delivery);
      await untilReads(countRejections, before.rejections + index + 1);
    }
  } else {
    await Promise.all(deliveries.map(post));
    await untilReads(countRejections, before.rejections + count);
  }
  return { calls: fake.calls.length - before.calls, rejections: (await countRejections()) - before.rejections };
}

async function untilReads(countRejections: () => Promise<number>, wanted: number): Promise<void> {
  while ((await countRejections()) < wanted) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Calls per rejection read: in a burst, beside deliveries that come one at a time and cannot share any. */
export async function benchCalls(): Promise<void> {
  for (const { id, title, createFake } of vendors) {
    const fake = createFake({ now: () => new Date(), requestsPerWindow: 100_000 });
    const hosted = await serveFake(fake);
    const rig = await startRig([]);
    const { webhookUrl } = await rig.api.post('/connections', {
      company: 'bench',
      connector: id,
      settings: fake.settings(hosted.origin),
    });
    const countRejections = async () =>
      (await rig.sql.query('select count(*)::int as count from rejection')).rows[0].count;
    await deliver(fake, webhookUrl, 1, true, countRejections); // what both ways need once: the token, the reasons
    const plain = await deliver(fake, webhookUrl, 50, true, countRejections);
    const ours = await deliver(fake, webhookUrl, burst, false, countRejections);
    await rig.close();
    await hosted.close();
    const [rate, rival] = [ours.calls / ours.rejections, plain.calls / plain.rejections];
    report(`${title} API calls per rejection read (burst of ${burst})`, [
      ['ours: what waits is read together', `${rate.toFixed(3)} (${ours.calls} calls, ${ours.rejections} rejections)`],
      ['plain: each delivery by itself', `${rival.toFixed(3)} (${plain.calls} calls, ${plain.rejections} rejections)`],
      ['ratio', `${(rate / rival).toFixed(3)} ×`],
      ['goal', '≤ 0.1 calls per rejection'],
    ]);
  }
}
