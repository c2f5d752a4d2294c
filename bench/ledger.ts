import fc from 'fast-check';
import { verifyLedger } from '../src/credit/index.ts';
import type { Database } from '../src/platform/database.ts';
import { anyOperation, anyRules } from '../test/credit/arbitrary-operations.ts';
import { openBook } from '../test/credit/book.ts';
import type { Figures, Operation, Rules } from '../test/credit/operations.ts';
import { makeReference } from '../test/credit/reference.ts';
import { openRoomBook } from '../test/credit/room-book.ts';
import { openTestDatabase } from '../test/support/database.ts';

/** What a run found. A mismatch is an answer or a figure that is not the reference's, or a finding of verify. */
export interface LedgerFigures {
  readonly seed: number;
  readonly model: Run;
  readonly database: Run & { readonly kind: Database['kind'] };
}

export interface Run {
  readonly operations: number;
  readonly postings: number;
  readonly mismatches: number;
  readonly ms: number;
}

export interface LedgerBench {
  /** Random operations on the pure rules. */
  readonly modelOperations: number;
  /** Random operations through the room's door, on PGlite or on the server of DATABASE_URL. */
  readonly databaseOperations: number;
  /** The same seed gives the same operations. */
  readonly seed: number;
}

/** Operations of one ledger, before the next one is begun: long enough for every state, short enough to look at. */
const modelLedgerLength = 500;
const databaseLedgerLength = 100;
/** In each ledger. */
const people = 100;
/** How often the figures are compared with the reference's, beside every answer. */
const compareEvery = 10;

/**
 * Does random things to ledgers and to the reference model side by side, then verifies every ledger from its first
 * posting on.
 */
export async function measureLedger(bench: LedgerBench): Promise<LedgerFigures> {
  const model = runModel(bench.modelOperations, bench.seed);
  const database = await openTestDatabase();
  try {
    const run = await runDatabase(database, bench.databaseOperations, bench.seed);
    return { seed: bench.seed, model, database: { ...run, kind: database.kind } };
  } finally {
    await database.close();
  }
}

function runModel(operations: number, seed: number): Run {
  const start = performance.now();
  let postings = 0;
  let mismatches = 0;
  for (const { rules, steps, name } of plan(operations, modelLedgerLength, seed)) {
    const reference = makeReference(rules);
    const book = openBook(rules, name);
    for (const [index, step] of steps.entries()) {
      if (book.apply(step) !== reference.apply(step)) mismatches += 1;
      if (index % compareEvery === 0 && !isSame(book.figures(), reference.figures())) mismatches += 1;
    }
    if (!isSame(book.figures(), reference.figures())) mismatches += 1;
    mismatches += book.verify().length;
    postings += book.postings();
  }
  return { operations, postings, mismatches, ms: performance.now() - start };
}

async function runDatabase(database: Database, operations: number, seed: number): Promise<Run> {
  const start = performance.now();
  let mismatches = 0;
  for (const { rules, steps } of plan(operations, databaseLedgerLength, seed + 1)) {
    const reference = makeReference(rules);
    const room = await openRoomBook(database, rules, people);
    for (const step of steps) if ((await room.apply(step)) !== reference.apply(step)) mismatches += 1;
    if (!isSame(await room.figures(), reference.figures())) mismatches += 1;
  }
  mismatches += (await verifyLedger(database)).length;
  const { count } = await database.forSystem((tx) =>
    tx
      .selectFrom('ledger_posting')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .executeTakeFirstOrThrow(),
  );
  return { operations, postings: Number(count), mismatches, ms: performance.now() - start };
}

interface PlannedLedger {
  readonly name: string;
  readonly rules: Rules;
  readonly steps: readonly Operation[];
}

/** One ledger after another, each with terms and operations of its own, until there are as many operations as asked. */
function* plan(operations: number, length: number, seed: number): Generator<PlannedLedger> {
  for (let done = 0; done < operations; done += length) {
    const ledgerSeed = seed * 100_003 + done / length;
    const steps = fc.sample(anyOperation(people), { seed: ledgerSeed, numRuns: Math.min(length, operations - done) });
    const [rules] = fc.sample(anyRules, { seed: ledgerSeed, numRuns: 1 });
    if (rules) yield { name: String(ledgerSeed), rules, steps };
  }
}

function isSame(one: Figures, other: Figures): boolean {
  return (
    one.counted === other.counted &&
    one.towardsNext === other.towardsNext &&
    one.available === other.available &&
    one.reserved === other.reserved &&
    one.used === other.used &&
    one.expired === other.expired
  );
}

/** The figures as lines of text. */
export function renderLedger({ seed, model, database }: LedgerFigures): string {
  const line = (name: string, run: Run) =>
    `${name}: ${run.operations.toLocaleString('en')} random operations, ${run.postings.toLocaleString('en')} postings, ` +
    `${run.mismatches} mismatches, ${(run.ms / 1000).toFixed(1)} s`;
  return [`ledger (seed ${seed})`, line('  rules', model), line(`  room on ${database.kind}`, database)].join('\n');
}

/** Runs a million operations on the rules and a thousand on the database, and prints the figures. LEDGER_SEED repeats a run. */
export async function benchLedger(): Promise<void> {
  const { LEDGER_OPERATIONS, LEDGER_DATABASE_OPERATIONS, LEDGER_SEED } = process.env;
  const figures = await measureLedger({
    modelOperations: Number(LEDGER_OPERATIONS ?? 1_000_000),
    databaseOperations: Number(LEDGER_DATABASE_OPERATIONS ?? 1_000),
    seed: Number(LEDGER_SEED ?? Date.now() % 1_000_000),
  });
  console.log(renderLedger(figures));
  if (figures.model.mismatches + figures.database.mismatches > 0) process.exitCode = 1;
}

if (import.meta.main) await benchLedger();
