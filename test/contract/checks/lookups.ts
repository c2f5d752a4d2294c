import type { Subject } from '../rig.ts';
import { type Check, ensure, ensureSame, hanako } from './support.ts';

const withoutReasons = ({ connector }: Subject) => (connector.api?.listReasons ? undefined : 'it lists no reasons');

const withoutStages = ({ connector }: Subject) => (connector.api?.listStages ? undefined : 'it lists no stages');

function withoutWebhookSetup({ connector }: Subject): string | undefined {
  const mayBy = connector.api?.webhooks?.mayBy ?? [];
  if (mayBy.length === 0) return 'its webhooks are made by hand';
  return mayBy.some((access) => access !== 'authorization-code')
    ? undefined
    : 'only connections that a person authorised may make webhooks';
}

export const lookups: readonly Check[] = [
  {
    name: 'the company’s reasons are listed once each, that of a rejection among them',
    skip: withoutReasons,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const { applicationRef } = rig.fake.reject(hanako);
      const reasons = await rig.listReasons();
      const refs = reasons.map(({ reasonRef }) => reasonRef);
      ensure(refs.length > 0, 'no reason is listed');
      ensureSame([...new Set(refs)], refs, 'a reason is listed twice');
      ensure(
        reasons.every(({ name }) => name.trim() !== ''),
        'a reason has no name',
      );
      const [application] = await rig.reread([applicationRef]);
      const ref = application?.state === 'rejected' ? application.reason?.ref : undefined;
      ensure(ref === undefined || refs.includes(ref), 'the reason of a rejection is not listed');
    },
  },
  {
    name: 'the stages are listed once each, that of a rejection among them',
    skip: withoutStages,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const { applicationRef } = rig.fake.reject({ ...hanako, stage: '二次面接' });
      const stages = await rig.listStages();
      ensureSame([...new Set(stages)], stages, 'a stage is listed twice');
      ensure(
        stages.every((name) => name.trim() !== ''),
        'a stage has no name',
      );
      const [application] = await rig.reread([applicationRef]);
      const stage = application?.state === 'rejected' ? application.stage : null;
      ensure(stage === '二次面接', 'a rejection does not tell its stage');
      ensure(stages.includes(stage), 'the stage of a rejection is not listed');
    },
  },
  {
    name: 'setting up webhooks twice subscribes once',
    skip: withoutWebhookSetup,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const url = 'https://relay.example.com/hooks/0199f0c2-1111-7000-8000-000000000001';
      const subscribed = () => rig.fake.subscriptions?.() ?? [];
      const expected = (subject.connector.webhook?.events ?? []).map((event) => `${event} ${url}`).toSorted();
      for (const time of ['once', 'twice']) {
        ensureSame(await rig.setUpWebhooks(url), true, `set up ${time}: it was refused`);
        ensureSame(
          [...subscribed()].toSorted(),
          expected,
          `set up ${time}: other subscriptions than one for each event`,
        );
      }
    },
  },
];
