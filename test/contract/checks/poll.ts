import type { FakeDelivery, Sighting } from '../../../src/connector/index.ts';
import type { Rig, Subject } from '../rig.ts';
import { type Check, catchError, ensure, ensureKind, ensureSame, hanako, makeMany } from './support.ts';

const withoutPoll = ({ connector }: Subject) => (connector.api?.poll ? undefined : 'it does not poll');
const dayMs = 86_400_000;

interface Reading {
  readonly sightings: readonly Sighting[];
  readonly pages: number;
  /** As it would be kept: through JSON. */
  readonly cursor: unknown;
}

/** Reads to the end, from a kept cursor or from a day ago; `between` is done after the first page. */
async function readAll(rig: Rig, kept?: unknown, between?: () => void | Promise<void>): Promise<Reading> {
  const sightings: Sighting[] = [];
  let from: Parameters<Rig['pull']>[0] =
    kept === undefined ? { since: new Date(rig.clock.now().getTime() - dayMs) } : { cursor: kept };
  for (let pages = 1; pages <= 50; pages += 1) {
    const page = await rig.pull(from);
    sightings.push(...page.sightings);
    const cursor: unknown = JSON.parse(JSON.stringify(page.cursor));
    if (page.isLast) return { sightings, pages, cursor };
    if (pages === 1) await between?.();
    from = { cursor };
  }
  throw new Error('a reading does not end after 50 pages');
}

function ensureSeen({ sightings }: Pick<Reading, 'sightings'>, deliveries: readonly FakeDelivery[], what: string) {
  const seen = new Set(sightings.map(({ applicationRef }) => applicationRef));
  const missed = deliveries.filter(({ applicationRef }) => !seen.has(applicationRef));
  ensure(missed.length === 0, `${what}: ${missed.length} of ${deliveries.length} rejections were not seen`);
}

/** Enough rejections for two pages and a bit, a second apart. */
function rejectPages(subject: Subject, rig: Rig): readonly FakeDelivery[] {
  ensure(subject.pollRows !== undefined, 'the subject does not say how many rows a page of its poll has');
  return makeMany(subject.pollRows * 2 + 1).map((applicant) => {
    rig.clock.advance(1_000);
    return rig.fake.reject(applicant);
  });
}

export const poll: readonly Check[] = [
  {
    name: 'a decision on an application that is two years old is found by polling',
    skip: withoutPoll,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const appliedAt = new Date(rig.clock.now().getTime() - 730 * dayMs);
      const delivery = rig.fake.reject({ ...hanako, appliedAt });
      const reading = await readAll(rig);
      ensureSeen(reading, [delivery], 'an old application');
    },
  },
  {
    name: 'every decision is told over many pages, one call each, with the instant that reading again gives',
    skip: withoutPoll,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const deliveries = rejectPages(subject, rig);
      const before = rig.countCalls();
      const reading = await readAll(rig);
      const calls = rig.countCalls() - before;
      ensureSeen(reading, deliveries, 'many pages');
      ensure(reading.pages >= 3, `${deliveries.length} rejections came in ${reading.pages} pages`);
      ensure(calls <= reading.pages + 1, `${reading.pages} pages cost ${calls} calls`);
      const told = new Map(reading.sightings.map(({ applicationRef, decidedAt }) => [applicationRef, decidedAt]));
      const ends = [deliveries.at(0), deliveries.at(-1)].flatMap((one) => (one ? [one.applicationRef] : []));
      for (const application of await rig.reread(ends)) {
        ensure(application.state === 'rejected', 'one that was told as rejected is not');
        ensureSame(told.get(application.applicationRef), application.decidedAt, 'the instant is another');
      }
    },
  },
  {
    name: 'the kept cursor finds what came later, and does not begin anew',
    skip: withoutPoll,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const deliveries = rejectPages(subject, rig);
      rig.clock.advance(dayMs / 2);
      const first = await readAll(rig);
      rig.clock.advance(dayMs / 2);
      const later = rig.fake.reject({ ...hanako, email: 'later@example.com' });
      const next = await readAll(rig, first.cursor);
      ensureSeen(next, [later], 'a rejection after the reading');
      ensure(next.sightings.length < deliveries.length, 'the whole list was read again');
    },
  },
  {
    name: 'what is decided while a reading goes on is not lost',
    skip: withoutPoll,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      rejectPages(subject, rig);
      rig.clock.advance(60_000);
      const meanwhile: FakeDelivery[] = [];
      const first = await readAll(rig, undefined, () => {
        meanwhile.push(rig.fake.reject({ ...hanako, email: 'meanwhile@example.com' }));
        rig.clock.advance(60_000);
      });
      rig.clock.advance(3_600_000);
      const next = await readAll(rig, first.cursor);
      ensureSeen({ sightings: [...first.sightings, ...next.sightings] }, meanwhile, 'decided between two pages');
    },
  },
  {
    name: 'a page that fails half way loses nothing',
    skip: withoutPoll,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const deliveries = rejectPages(subject, rig);
      const first = await rig.pull({ since: new Date(rig.clock.now().getTime() - dayMs) });
      rig.intercept(async () => new Response(null, { status: 503 }));
      await ensureKind(rig.pull({ cursor: first.cursor }), 'transient', 'a page that fails');
      rig.intercept(undefined);
      const rest = await readAll(rig, JSON.parse(JSON.stringify(first.cursor)));
      ensureSeen({ sightings: [...first.sightings, ...rest.sightings] }, deliveries, 'after a page that failed');
    },
  },
  {
    name: 'a token that expires between two pages is replaced',
    skip: (subject) => withoutPoll(subject) ?? (hasTokens(subject) ? undefined : 'its access needs no tokens'),
    async run(subject, bench) {
      const rig = await bench.open(subject, { fake: { tokenSeconds: 120 } });
      const deliveries = rejectPages(subject, rig);
      const reading = await readAll(rig, undefined, () => rig.clock.advance(600_000));
      ensureSeen(reading, deliveries, 'with a token that expired');
    },
  },
  {
    name: 'a cursor of another shape is not taken for one',
    skip: withoutPoll,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      for (const cursor of [{ what: 1 }, 'page 2', null, 7]) {
        const told = JSON.stringify(cursor);
        const error = await catchError(rig.pull({ cursor }), `${told} is taken for a cursor`);
        ensure('code' in error && error.code === 'cursor_unreadable', `${told} breaks the poll`);
      }
    },
  },
];

function hasTokens({ connector }: Subject): boolean {
  return connector.api?.access['client-credentials'] !== undefined;
}
