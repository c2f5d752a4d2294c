import type { Subject } from '../rig.ts';
import {
  type Check,
  catchError,
  ensureKind,
  ensureNoSecret,
  hanako,
  toNames,
  withoutApi,
  wrongSecret,
} from './support.ts';

function withWrongSecret(subject: Subject) {
  return { settings: { [toNames(subject.connector.api).secret[0] ?? '']: wrongSecret } };
}

export const settings: readonly Check[] = [
  {
    name: 'good settings pass the check',
    skip: withoutApi,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      try {
        await rig.check();
      } catch (error) {
        throw new Error(`good settings were refused: ${error instanceof Error ? error.message : 'unknown'}`);
      }
    },
  },
  {
    name: 'refused credentials and missing permissions are for the customer to mend',
    skip: withoutApi,
    async run(subject, bench) {
      const stranger = await bench.open(subject, withWrongSecret(subject));
      await ensureKind(stranger.check(), 'config', 'a wrong secret');
      const forbidden = await bench.open(subject);
      forbidden.fake.failNext(50, 403);
      await ensureKind(forbidden.check(), 'config', 'a missing permission');
    },
  },
  {
    name: 'no error carries a secret',
    skip: withoutApi,
    async run(subject, bench) {
      const stranger = await bench.open(subject, withWrongSecret(subject));
      ensureNoSecret(await catchError(stranger.check(), 'a wrong secret'), stranger);
      for (const status of [401, 403, 429, 500] as const) {
        const rig = await bench.open(subject);
        const { applicationRef } = rig.fake.reject(hanako);
        rig.fake.failNext(50, status);
        ensureNoSecret(await catchError(rig.reread([applicationRef]), `status ${status}`), rig);
      }
      const rig = await bench.open(subject);
      const { applicationRef } = rig.fake.reject(hanako);
      rig.intercept(async () => Response.json({ strange: true }));
      ensureNoSecret(await catchError(rig.reread([applicationRef]), 'a strange answer'), rig);
    },
  },
];
