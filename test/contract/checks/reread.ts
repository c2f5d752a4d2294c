import type { Application, FakeApplicant } from '../../../src/connector/index.ts';
import type { Rig } from '../rig.ts';
import { type Check, ensure, ensureKind, ensureSame, hanako, makeMany, others, withoutApi } from './support.ts';

export const reread: readonly Check[] = [
  {
    name: 'fifty rejections are read in the documented number of calls',
    skip: withoutApi,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const refs = makeMany(50).map((applicant) => rig.fake.reject(applicant).applicationRef);
      const first = await rig.reread(refs);
      const firstCalls = rig.countCalls();
      await rig.reread(refs);
      const furtherCalls = rig.countCalls() - firstCalls;

      ensure(first.length === 50, `${first.length} of 50 applications were answered`);
      ensure(
        firstCalls <= subject.rereadCalls.first,
        `the first read took ${firstCalls} calls, not ${subject.rereadCalls.first}`,
      );
      ensure(
        furtherCalls <= subject.rereadCalls.further,
        `a further read took ${furtherCalls} calls, not ${subject.rereadCalls.further}`,
      );
    },
  },
  {
    name: 'every application asked for is answered once, in the state it is in',
    skip: withoutApi,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const [rejected, reinstated, hired, erased] = makeMany(4).map(
        (applicant) => rig.fake.reject(applicant).applicationRef,
      );
      ensure(!!rejected && !!reinstated && !!hired && !!erased, 'the fake rejects nobody');
      rig.fake.reinstate(reinstated);
      rig.fake.hire(hired);
      const [victim] = (await rig.reread([erased])).flatMap((one) => ('candidateRef' in one ? [one.candidateRef] : []));
      rig.fake.eraseCandidate(victim ?? '');

      const answers = await rig.reread([rejected, reinstated, hired, erased]);

      ensureSame(
        answers.map((one) => [one.applicationRef, one.state]).toSorted(),
        [
          [rejected, 'rejected'],
          [reinstated, 'active'],
          [hired, 'hired'],
          [erased, 'gone'],
        ].toSorted(),
        'the states are not those of the ATS',
      );
    },
  },
  {
    name: 'a rejected person is told as the ATS tells them',
    skip: withoutApi,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const people = [hanako, ...others, { ...hanako, email: null }];
      for (const applicant of people) {
        const { person } = await readRejected(rig, applicant);
        const { givenName, familyName } = applicant;
        const isWhole = subject.cannotTell?.includes('nameParts');
        const expected = isWhole ? [null, `${familyName} ${givenName}`] : [givenName, familyName];
        ensureSame([person.givenName, person.familyName], expected, 'the name is another');
        ensureSame(person.email, applicant.email, 'the address is another');
      }
    },
  },
  {
    name: 'who must not be written to is told',
    skip: withoutApi,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const open = await readRejected(rig, hanako);
      ensure(open.canEmail && !open.isPrivate, 'an ordinary applicant is told as one not to be written to');
      ensure(!(await readRejected(rig, { ...hanako, canEmail: false })).canEmail, 'a refusal of e-mail is lost');
      ensure(
        (await readRejected(rig, { ...hanako, isPrivate: true })).isPrivate,
        'a private candidate is told as open',
      );
      for (const decidedBy of ['company', 'candidate', 'unknown'] as const) {
        const told = await readRejected(rig, { ...hanako, decidedBy });
        const expected = subject.cannotTell?.includes('decidedBy') ? 'unknown' : decidedBy;
        ensure(told.decidedBy === expected, `decided by ${decidedBy} is told as ${told.decidedBy}`);
      }
      const fromAgency = await readRejected(rig, { ...hanako, source: 'agency' });
      ensure(
        fromAgency.source === 'agency' || fromAgency.source === 'unknown',
        'an agency’s candidate is told as direct',
      );
    },
  },
  {
    name: 'a further decision has an instant of its own, and reading twice gives the same',
    skip: withoutApi,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const { applicationRef } = rig.fake.reject(hanako);
      const first = await rig.reread([applicationRef]);
      rig.clock.advance(60_000);
      ensureSame(await rig.reread([applicationRef]), first, 'reading twice gives two answers');

      rig.fake.reinstate(applicationRef);
      rig.clock.advance(60_000);
      rig.fake.reject({ ...hanako, applicationRef });
      const [again] = await rig.reread([applicationRef]);
      ensureSame(
        again?.state === 'rejected' && again.decidedAt,
        rig.clock.now(),
        'the second decision is not told with its own instant',
      );
    },
  },
  {
    name: 'an answer of another shape is data for us to learn',
    skip: withoutApi,
    async run(subject, bench) {
      for (const strange of [{ strange: true }, [{ strange: true }], 'text', null]) {
        const rig = await bench.open(subject);
        const { applicationRef } = rig.fake.reject(hanako);
        rig.intercept(async () => Response.json(strange));
        await ensureKind(rig.reread([applicationRef]), 'data', `the answer ${JSON.stringify(strange)}`);
      }
    },
  },
  {
    name: 'a rate limit is passed on with the wait',
    skip: withoutApi,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const { applicationRef } = rig.fake.reject(hanako);
      rig.fake.failNext(50, 429, { 'retry-after': '40' });
      const error = await ensureKind(rig.reread([applicationRef]), 'transient', 'a rate limit');
      ensure((error.retryAfterMs ?? 0) >= 40_000, `the wait of 40 s is told as ${error.retryAfterMs} ms`);
    },
  },
  {
    name: 'a failing ATS is tried again, and then later',
    skip: withoutApi,
    async run(subject, bench) {
      for (const status of [500, 503] as const) {
        const rig = await bench.open(subject);
        const { applicationRef } = rig.fake.reject(hanako);
        rig.fake.failNext(1, status);
        const [once] = await rig.reread([applicationRef]).catch(() => []);
        ensure(once?.state === 'rejected', `one ${status} is enough to fail`);
        rig.fake.failNext(50, status);
        await ensureKind(rig.reread([applicationRef]), 'transient', `status ${status}`);
      }
    },
  },
  {
    name: 'a token that expires or is revoked midway is replaced',
    skip: (subject) =>
      withoutApi(subject) ?? (subject.connector.api?.access['api-key'] ? 'its key is no token' : undefined),
    async run(subject, bench) {
      const rig = await bench.open(subject, { fake: { tokenSeconds: 600 } });
      const { applicationRef } = rig.fake.reject(hanako);
      await rig.reread([applicationRef]).catch(() => undefined);
      rig.clock.advance(601_000);
      const [expired] = await rig.reread([applicationRef]).catch(() => []);
      ensure(expired?.state === 'rejected', 'an expired token is not replaced');
      rig.fake.failNext(1, 401);
      const [revoked] = await rig.reread([applicationRef]).catch(() => []);
      ensure(revoked?.state === 'rejected', 'a revoked token is not replaced');
    },
  },
];

async function readRejected(rig: Rig, applicant: FakeApplicant): Promise<Extract<Application, { state: 'rejected' }>> {
  const { applicationRef } = rig.fake.reject(applicant);
  const [application] = await rig.reread([applicationRef]);
  ensure(application?.state === 'rejected', 'a rejected application is not told as rejected');
  return application;
}
