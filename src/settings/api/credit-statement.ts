import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { listStatementPlaces, readStatement, type StatementLine, type StatementPlace } from '../../credit/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Server } from '../../platform/http-server.ts';
import { dayMs, fromJapaneseDate, toJapaneseMinute } from '../../platform/japan.ts';
import { readActorNames } from './actor-names.ts';
import { problems } from './answers.ts';
import { type StatementWords, statementWords } from './credit-statement-words.ts';
import { byteOrderMark, type CsvRow, toCsvLines } from './csv.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { CompanyRef } from './schemas.ts';

const csv = { description: 'The statement.', content: { 'text/csv': { schema: z.string() } } };
const Day = z.iso.date();
const StatementQuery = z
  .strictObject({
    company: CompanyRef,
    from: Day.optional().describe('First day of the period, in Japan; without it from the beginning.'),
    to: Day.optional().describe('Its last day, in Japan; without it until now.'),
    locale: z.enum(['ja', 'en']).optional().describe("Language of the words in it; without it the company's own."),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['to'],
    message: 'must not lie before from',
  });

/** The ledger as a book-keeper takes it in. */
export function creditStatementRoutes(api: Server, parts: ApiParts): void {
  api.route({
    method: 'GET',
    url: '/credits/ledger.csv',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'downloadCreditStatement',
      tags: ['Credits'],
      summary: 'Download the ledger as a statement',
      description:
        'CSV in UTF-8 with a byte order mark (RFC 4180): for each ledger what stood in every account before, a line for each ' +
        'entry of each posting with debit, credit and balance, and what stands there after. Days and times are those of ' +
        'Japan; texts that a spreadsheet would run are neutralised. However long it is, it is sent as it is read. ' +
        'Who downloaded it is written to the audit log.',
      querystring: StatementQuery,
      response: { 200: csv, ...problems('request_not_found') },
    },
    handler: async (request, reply) => {
      const { company: reference, from, to } = request.query;
      const { company, places } = await asCompany(parts, reference, async (tx, found) => {
        await appendAudit(tx, {
          companyId: found.companyId,
          at: parts.clock.now(),
          actor: request.actor,
          action: 'credit.exported',
          subject: found.companyId,
          detail: { from: from ?? null, to: to ?? null },
        });
        return { company: found, places: await listStatementPlaces(tx, found.companyId) };
      });
      const words = statementWords[request.query.locale ?? company.locale];
      const name = ['credits', company.slug, from, to].filter(Boolean).join('-');
      return sendFile(reply, `${name}.csv`, writeStatement(parts, places, words, { from, to }));
    },
  });
}

/** As it is written: the next lines are read when the ones before have left. */
function sendFile(reply: FastifyReply, name: string, lines: AsyncGenerator<string>): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(lines));
}

interface Period {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

async function* writeStatement(
  { database }: Pick<ApiParts, 'database'>,
  places: readonly StatementPlace[],
  words: StatementWords,
  { from, to }: Period,
): AsyncGenerator<string> {
  yield byteOrderMark + toCsvLines([Object.values(words.columns)]);
  const span = {
    from: from === undefined ? undefined : fromJapaneseDate(from),
    to: to === undefined ? undefined : new Date(fromJapaneseDate(to).getTime() + dayMs),
  };
  for (const place of places)
    for await (const lines of readStatement(database, place, span)) {
      const actors = lines.flatMap(({ actor }) => actor ?? []);
      const names = await database.forSystem((tx) => readActorNames(tx, actors));
      yield toCsvLines(lines.map((line) => toRow(line, words, { from, to }, names)));
    }
}

/** In the order of the columns. */
function toRow(line: StatementLine, words: StatementWords, period: Period, names: ReadonlyMap<string, string>): CsvRow {
  const { kind, amount, actor } = line;
  const isEnd = kind === 'opening' || kind === 'closing';
  const day = kind === 'opening' ? period.from : period.to;
  const [date = '', time = ''] = line.at ? toJapaneseMinute(line.at).split(' ') : [day, ''];
  return [
    line.agencyName,
    line.seq,
    line.postingId,
    date,
    time,
    words.kinds[kind],
    words.accounts[line.account],
    words.units[line.asset],
    amount > 0 ? amount : null,
    amount < 0 ? -amount : null,
    line.balance,
    line.reason,
    line.subject,
    isEnd ? null : toWho(actor, words, names),
  ];
}

function toWho(actor: string | null, { actors }: StatementWords, names: ReadonlyMap<string, string>): string {
  if (actor === null) return actors.system;
  const [kind = ''] = actor.split(':');
  const known = new Map<string, string>(Object.entries(actors)).get(kind);
  return names.get(actor) ?? known ?? actor;
}
