import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';

/** The plain way: check the signature, parse, one INSERT per request, answer. No job, no grouping. */
const [url = '', secret = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 10 });
await pool.query(
  'create table if not exists plain_delivery (id bigserial primary key, delivery_ref text unique, body jsonb not null, received_at timestamptz not null default now())',
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const body = Buffer.concat(chunks);
    const expected = Buffer.from(`sha256 ${createHmac('sha256', secret).update(body).digest('hex')}`);
    const given = Buffer.from(String(request.headers.signature));
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return response.writeHead(401).end();
    await pool.query('insert into plain_delivery (delivery_ref, body) values ($1, $2) on conflict do nothing', [
      request.headers['greenhouse-event-id'],
      body.toString(),
    ]);
    response.writeHead(200).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address ? address.port : 0);
});
