import { createHmac, randomUUID } from 'node:crypto';
import { createGreenhouseFake } from '../connectors/greenhouse/fake.ts';
import { type FloodResult, flood } from './flood.ts';
import { median, quantile, report, startRig, startScript } from './support.ts';

const connections = 50;
const seconds = 5;
const rounds = 5;
const bodyBytes = 3 * 1024;

/** Signed deliveries of 3 KB from 50 connections on the same machine, each with a name of its own. */
function floodSigned(address: string, secret: string): Promise<FloodResult> {
  const url = new URL(address);
  const run = randomUUID();
  const bodies = Array.from({ length: 200 }, (_, index) => makeBody(index));
  const parts = bodies.map((body) => ({
    head: `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nsignature: sha256 ${createHmac('sha256', secret).update(body).digest('hex')}\r\ngreenhouse-event-id: ${run}-`,
    body,
  }));
  return flood(url, connections, seconds, (n) => {
    const part = parts[n % parts.length];
    return part ? Buffer.concat([Buffer.from(`${part.head}${n}\r\n\r\n`), part.body]) : Buffer.alloc(0);
  });
}

function toP99({ latenciesMs }: FloodResult): number {
  return quantile(latenciesMs, 0.99);
}

/** An action we ignore, so that only the way in is measured; as long as a real one. */
function makeBody(index: number): Buffer {
  const frame = { action: 'offer_created', payload: { index, notes: '' } };
  return Buffer.from(
    JSON.stringify({
      ...frame,
      payload: { ...frame.payload, notes: 'x'.repeat(bodyBytes - JSON.stringify(frame).length) },
    }),
  );
}

/** Webhook requests acknowledged per second after they are durable, beside a bare server that INSERTs one by one. */
export async function benchWebhook(): Promise<void> {
  const fake = createGreenhouseFake({ now: () => new Date() });
  const settings = fake.settings('http://127.0.0.1:9');
  const secret = settings.webhookSecret ?? '';
  const rig = await startRig(['--role', 'web']);
  const { webhookUrl } = await rig.api.post('/connections', { company: 'bench', connector: 'greenhouse', settings });
  const plain = await startScript('./plain-webhook-server.ts', [rig.url, secret]);
  const durability = await rig.sql.query(
    "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit",
  );
  const ours: FloodResult[] = [];
  const theirs: FloodResult[] = [];
  await floodSigned(webhookUrl, secret);
  await floodSigned(`http://127.0.0.1:${plain.line}/`, secret);
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await floodSigned(`http://127.0.0.1:${plain.line}/`, secret));
    ours.push(await floodSigned(webhookUrl, secret));
  }
  const stored = await rig.sql.query(
    'select count(*)::int as deliveries, (select count(*)::int from pgboss.job where name = $1) as jobs from delivery',
    ['intake.process'],
  );
  await plain.stop();
  await rig.close();
  const [rate, rival] = [median(ours.map((one) => one.perSecond)), median(theirs.map((one) => one.perSecond))];
  const [p99, rivalP99] = [median(ours.map(toP99)), median(theirs.map(toP99))];
  report(
    `Webhooks acknowledged when durable (${connections} connections, 3 KB, PostgreSQL fsync=${durability.rows[0].fsync} synchronous_commit=${durability.rows[0].commit}, median of ${rounds} × ${seconds} s)`,
    [
      ['ours: verified, deduplicated, stored with its job', `${Math.round(rate)}/s, p99 ${p99.toFixed(1)} ms`],
      ['plain: verified, one INSERT a request, no job', `${Math.round(rival)}/s, p99 ${rivalP99.toFixed(1)} ms`],
      ['ratio (goal ≥ 1.5)', `${(rate / rival).toFixed(2)} ×`],
      ['p99 ratio (goal ≤ 0.5)', `${(p99 / rivalP99).toFixed(2)} ×`],
      ['refused or failed', `${[...ours, ...theirs].reduce((sum, one) => sum + one.refused, 0)}`],
      ['stored by ours / jobs', `${stored.rows[0].deliveries} / ${stored.rows[0].jobs}`],
    ],
  );
}
