import { isDeepStrictEqual } from 'node:util';
import { makeSteps, type Subject } from '../rig.ts';
import { type Check, ensure, ensureSame, hanako, toWriteBack } from './support.ts';

const withoutWriteBack = (subject: Subject) =>
  subject.connector.api?.writeBack ? undefined : 'it takes no write-backs';

export const writeBack: readonly Check[] = [
  {
    name: 'an agreement stands on the candidate, with a note that names it',
    skip: withoutWriteBack,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const delivery = rig.fake.reject(hanako);
      const before = rig.fake.written(delivery.candidateRef);
      const item = toWriteBack(delivery);
      ensureSame(await rig.writeBack(item, makeSteps()), { ok: true }, 'the agreement was not written');
      const after = rig.fake.written(delivery.candidateRef);
      const isMarked = !isDeepStrictEqual([before.fields, before.tags], [after.fields, after.tags]);
      ensure(isMarked, 'neither a field nor a tag shows the agreement');
      const notes = after.notes.slice(before.notes.length);
      ensure(notes.length === 1, `${notes.length} notes were written, not one`);
      ensure(notes[0]?.includes(item.agencyName) === true, 'the note does not name the agency');
      ensure(notes[0].includes(item.consentId), 'the note does not name the consent');
    },
  },
  {
    name: 'writing an agreement twice changes nothing',
    skip: withoutWriteBack,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const delivery = rig.fake.reject(hanako);
      const steps = makeSteps();
      await rig.writeBack(toWriteBack(delivery), steps);
      const once = rig.fake.written(delivery.candidateRef);
      await rig.writeBack(toWriteBack(delivery), steps);
      ensureSame(rig.fake.written(delivery.candidateRef), once, 'a repeat wrote something again');
      await rig.writeBack(toWriteBack(delivery), makeSteps());
      ensureSame(
        rig.fake.written(delivery.candidateRef),
        once,
        'a repeat that remembers nothing wrote something again',
      );
    },
  },
  {
    name: 'an interrupted write-back is completed and writes nothing twice',
    skip: withoutWriteBack,
    async run(subject, bench) {
      const whole = await bench.open(subject);
      const expectedFor = whole.fake.reject(hanako);
      await whole.writeBack(toWriteBack(expectedFor), makeSteps());
      const expected = whole.fake.written(expectedFor.candidateRef);
      const calls = whole.countCalls();

      for (let at = 1; at <= calls; at += 1) {
        for (const isHeard of [false, true]) {
          const rig = await bench.open(subject);
          const delivery = rig.fake.reject(hanako);
          const steps = makeSteps();
          rig.intercept(makeInterruption(at, isHeard));
          await rig.writeBack(toWriteBack(delivery), steps).catch(() => undefined);
          rig.intercept(undefined);
          const what = `interrupted at call ${at}, ${isHeard ? 'after' : 'before'} the ATS did it`;
          ensureSame(await rig.writeBack(toWriteBack(delivery), steps), { ok: true }, `${what}: it is not completed`);
          ensureSame(
            rig.fake.written(delivery.candidateRef),
            expected,
            `${what}: something stands twice or is missing`,
          );
        }
      }
    },
  },
  {
    name: 'a withdrawal is recorded, once',
    skip: withoutWriteBack,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const delivery = rig.fake.reject(hanako);
      await rig.writeBack(toWriteBack(delivery), makeSteps());
      const granted = rig.fake.written(delivery.candidateRef);
      const withdrawal = toWriteBack(delivery, {
        consentId: '0199f0c2-1111-7000-8000-000000000002',
        decision: 'withdrawn',
        decidedAt: new Date('2026-11-25T03:04:05Z'),
      });
      await rig.writeBack(withdrawal, makeSteps());
      const withdrawn = rig.fake.written(delivery.candidateRef);
      const isUnmarked = !isDeepStrictEqual([granted.fields, granted.tags], [withdrawn.fields, withdrawn.tags]);
      ensure(isUnmarked, 'the mark of the agreement still stands');
      ensure(withdrawn.notes.length === granted.notes.length + 1, 'no note tells of the withdrawal');
      await rig.writeBack(withdrawal, makeSteps());
      ensureSame(rig.fake.written(delivery.candidateRef), withdrawn, 'a repeated withdrawal wrote something again');
    },
  },
  {
    name: 'what others wrote on the candidate stays',
    skip: withoutWriteBack,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const delivery = rig.fake.reject(hanako);
      const before = rig.fake.written(delivery.candidateRef);
      await rig.writeBack(toWriteBack(delivery), makeSteps());
      await rig.writeBack(toWriteBack(delivery, { decision: 'withdrawn' }), makeSteps());
      const after = rig.fake.written(delivery.candidateRef);
      ensure(
        before.tags.every((tag) => after.tags.includes(tag)),
        'a tag of others is gone',
      );
      for (const [name, value] of Object.entries(before.fields))
        ensureSame(after.fields[name], value, 'a field of others is gone');
      ensureSame(after.notes.slice(0, before.notes.length), before.notes, 'a note of others is gone');
      const [person] = await rig.reread([delivery.applicationRef]);
      ensureSame(person?.state === 'rejected' && person.person.email, hanako.email, 'the address is gone');
    },
  },
  {
    name: 'a candidate who is gone is told, not retried',
    skip: withoutWriteBack,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const delivery = rig.fake.reject(hanako);
      rig.fake.eraseCandidate(delivery.candidateRef);
      const result = await rig.writeBack(toWriteBack(delivery), makeSteps()).catch(() => 'an error');
      ensureSame(result, { ok: false, reason: 'candidate-gone' }, 'a candidate who is gone is not told as such');
    },
  },
];

/** From call `at` on the line is dead; `isHeard`: that call still reached the ATS, only its answer was lost. */
function makeInterruption(
  at: number,
  isHeard: boolean,
): (request: Request, pass: () => Promise<Response>) => Promise<Response> {
  let seen = 0;
  return async (_request, pass) => {
    seen += 1;
    if (seen < at) return pass();
    if (seen === at && isHeard) await pass();
    return new Response(null, { status: 503 });
  };
}
