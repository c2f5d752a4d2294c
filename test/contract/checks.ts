import { createHmac } from 'node:crypto';
import { inspect, isDeepStrictEqual } from 'node:util';
import { connectors } from '../../connectors/index.ts';
import {
  type Application,
  type Connector,
  type FakeApplicant,
  type FakeDelivery,
  type Field,
  modes,
  RelayError,
  type Report,
  type Text,
  type WriteBack,
} from '../../src/connector/index.ts';
import { type Bench, makeSteps, type Rig, type Subject } from './rig.ts';

/** One promise every connector keeps. Not a test block, so that broken connectors can prove that it can fail. */
export interface Check {
  readonly name: string;
  /** Why it does not apply to this connector; undefined where it does. */
  skip?(subject: Subject): string | undefined;
  /** Throws an error that says what is wrong. */
  run(subject: Subject, bench: Bench): Promise<void>;
}

function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

function ensureSame(actual: unknown, expected: unknown, message: string): void {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`${message}\nexpected ${inspect(expected, { depth: 6 })}\ngot ${inspect(actual, { depth: 6 })}`);
  }
}

async function catchError(work: Promise<unknown>, what: string): Promise<Error> {
  try {
    await work;
  } catch (thrown) {
    // Node's own errors are not instanceof Error inside jest.
    return thrown as Error;
  }
  throw new Error(`${what}: nothing was thrown`);
}

async function ensureKind(work: Promise<unknown>, kind: RelayError['kind'], what: string): Promise<RelayError> {
  const error = await catchError(work, what);
  ensure(error instanceof RelayError, `${what}: ${error.name} was thrown instead of a RelayError`);
  ensure(error.kind === kind, `${what}: the error is ${error.kind}, not ${kind}`);
  return error;
}

// Invented people

const hanako: FakeApplicant = {
  givenName: '花子',
  familyName: '髙﨑',
  email: 'hanako.takasaki@example.com',
  job: 'デザイナー（東京、正社員）',
};
const others: readonly FakeApplicant[] = [
  { givenName: 'ﾀﾛｳ', familyName: '𠮷野', email: 'taro.yoshino@example.com', job: '営業' },
  { givenName: 'Siobhán', familyName: "O'Brien, Jr.", email: 'siobhan.obrien@example.com', job: 'Engineer 🚀' },
  { givenName: '次郎', familyName: '山本', email: 'jiro.yamamoto@example.com', job: '経理' },
];

function makeMany(count: number): readonly FakeApplicant[] {
  return Array.from({ length: count }, (_, index) => ({ ...hanako, email: `applicant${index}@example.com` }));
}

function toWriteBack(delivery: FakeDelivery, change: Partial<WriteBack> = {}): WriteBack {
  return {
    consentId: '0199f0c2-1111-7000-8000-000000000001',
    applicationRef: delivery.applicationRef,
    candidateRef: delivery.candidateRef,
    decision: 'granted',
    decidedAt: new Date('2026-11-24T03:04:05Z'),
    agencyName: '架空キャリア株式会社',
    ...change,
  };
}

// Declaration

function isFilled(text: Text | undefined): boolean {
  return text !== undefined && text.ja.trim() !== '' && text.en.trim() !== '';
}

const declaration: readonly Check[] = [
  {
    name: 'the id is the folder, and the list offers it',
    async run({ connector, folder, isOffered }) {
      ensure(connector.id === folder, `the id ${connector.id} is not the folder ${folder}`);
      const isListed = connectors.some((one) => one.id === connector.id);
      ensure(
        isListed === isOffered,
        isListed ? 'it is listed though it is not offered' : 'it is not in connectors/index.ts',
      );
    },
  },
  {
    name: 'every setting has a label and help in both languages',
    async run({ connector }) {
      for (const [name, field] of Object.entries(connector.settings)) {
        ensure(isFilled(field.label), `${name} has no label in both languages`);
        ensure(isFilled(field.help), `${name} has no help in both languages`);
      }
    },
  },
  {
    name: 'every example is accepted, and nothing is not where a value is needed',
    async run({ connector }) {
      for (const [name, field] of Object.entries(connector.settings)) {
        ensure(field.schema.safeParse(field.example).success, `the example of ${name} is refused by its own schema`);
        ensure(isOptional(field) || !field.schema.safeParse('').success, `${name} is required but may be empty`);
        ensure(
          field.default === undefined || field.schema.safeParse(field.default).success,
          `the default of ${name} is refused by its own schema`,
        );
      }
    },
  },
  {
    name: 'what is secret is declared secret, and every name leads to a setting',
    async run({ connector: { settings, api, webhook } }) {
      const { secret, url, plain } = toNames(api);
      const secrets = [...secret, ...(webhook ? [webhook.secret] : [])];
      for (const name of secrets) ensure(settings[name]?.kind === 'secret', `${name} is not declared secret`);
      for (const name of url) ensure(settings[name]?.kind === 'url', `${name} is not an address`);
      for (const name of plain) ensure(settings[name] !== undefined, `${name} is no setting`);
    },
  },
  {
    name: 'the vendor page it was written from is named',
    async run({ connector: { docs, title, api } }) {
      ensure(URL.canParse(docs) && docs.startsWith('https://'), `docs is not an https address: ${docs}`);
      ensure(title.trim() !== '', 'it has no title');
      ensure(api?.limits.source.trim() !== '', 'the limits name no source');
    },
  },
  {
    name: 'what it cannot do is told with reasons in both languages',
    async run({ connector }) {
      for (const mode of modes) {
        const possibility = connector.template.modes[mode];
        if (!possibility.possible) ensure(isFilled(possibility.why), `mode ${mode} is impossible without a reason`);
        else ensure(!possibility.note || isFilled(possibility.note), `the note on mode ${mode} misses a language`);
      }
      const isTold = ({ what, why }: { readonly what: Text; readonly why: Text }) => isFilled(what) && isFilled(why);
      ensure(connector.cannot.every(isTold), 'something it cannot do misses a language or a reason');
      ensure(
        connector.api?.writeBack !== undefined || connector.cannot.length > 0,
        'it takes no write-backs and does not say so',
      );
    },
  },
];

/** The settings an API leans on, by what they must be. */
function toNames(api: Connector['api']) {
  const key = api?.access['api-key'];
  const credentials = api?.access['client-credentials'];
  return {
    secret: [...(key ? [key.key] : []), ...(credentials ? [credentials.clientSecret] : [])],
    url: [...(api ? [api.baseUrl] : []), ...(credentials ? [credentials.tokenUrl] : [])],
    plain: credentials ? [credentials.clientId, ...(credentials.subject ? [credentials.subject] : [])] : [],
  };
}

function isOptional(field: Field): boolean {
  return field.isOptional === true || field.default !== undefined;
}

// Settings

const wrongSecret = 'wrong-secret-that-nobody-has';

function withWrongSecret(subject: Subject) {
  return { settings: { [toNames(subject.connector.api).secret[0] ?? '']: wrongSecret } };
}

const settings: readonly Check[] = [
  {
    name: 'good settings pass the check',
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

function ensureNoSecret(error: Error, rig: Rig): void {
  const told = `${error.stack} ${inspect(error, { depth: 5, showHidden: true })}`;
  ensure(!rig.secrets().some((secret) => told.includes(secret)), 'an error carries a secret');
}

// Reread

const reread: readonly Check[] = [
  {
    name: 'fifty rejections are read in the documented number of calls',
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
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const people = [hanako, ...others, { ...hanako, email: null }];
      for (const applicant of people) {
        const { person } = await readRejected(rig, applicant);
        ensureSame(person.givenName, applicant.givenName, 'the given name is another');
        ensureSame(person.familyName, applicant.familyName, 'the family name is another');
        ensureSame(person.email, applicant.email, 'the address is another');
      }
    },
  },
  {
    name: 'who must not be written to is told',
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
        ensure(told.decidedBy === decidedBy, `decided by ${decidedBy} is told as ${told.decidedBy}`);
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

// Webhook

const withoutWebhook = (subject: Subject) => (subject.connector.webhook ? undefined : 'it takes no webhooks');

/** As Node hands headers on: lower case, whatever case they came in. */
function toNodeHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

const webhook: readonly Check[] = [
  {
    name: 'a signed delivery is accepted and names itself',
    skip: withoutWebhook,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const first = rig.fake.reject(hanako);
      const second = rig.fake.reject(hanako);
      for (const { headers, body } of [first, second]) {
        ensure(
          rig.verify(rig.webhookSecret, toNodeHeaders(headers), body),
          'a delivery as the vendor signs it is refused',
        );
      }
      const header = toHeaders(subject).deliveryRef;
      const refs = [first, second].map(({ headers }) => toNodeHeaders(headers)[header]);
      ensure(refs[0] !== undefined && refs[0] !== refs[1], `two deliveries have not two names in ${header}`);
    },
  },
  {
    name: 'headers are looked for as Node gives them',
    skip: withoutWebhook,
    async run({ connector }) {
      for (const name of [toHeaders({ connector }).signature, toHeaders({ connector }).deliveryRef])
        ensure(name === name.toLowerCase(), `${name} is never found: Node writes names in lower case`);
    },
  },
  {
    name: 'a delivery that is not the sender’s is refused',
    skip: withoutWebhook,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const { headers, body } = rig.fake.reject(hanako);
      const good = toNodeHeaders(headers);
      const { signature: header, prefix } = toHeaders(subject);
      const signed = good[header] ?? '';
      const digest = signed.slice(prefix.length);
      const forgeries: Readonly<Record<string, readonly [Record<string, string>, Buffer]>> = {
        'a changed body': [good, Buffer.concat([body, Buffer.from(' ')])],
        'another body': [good, Buffer.from('{}')],
        'a missing signature': [Object.fromEntries(Object.entries(good).filter(([name]) => name !== header)), body],
        'an empty signature': [{ ...good, [header]: '' }, body],
        'a short signature': [{ ...good, [header]: signed.slice(0, -2) }, body],
        'a wrong signature': [{ ...good, [header]: `${prefix}${'0'.repeat(digest.length)}` }, body],
        'another algorithm': [{ ...good, [header]: `sha1 ${digest}` }, body],
        'another secret': [{ ...good, [header]: sign(subject, wrongSecret, body) }, body],
      };
      for (const [what, [forged, forgedBody]] of Object.entries(forgeries)) {
        ensure(!rig.verify(rig.webhookSecret, forged, forgedBody), `${what} is accepted`);
      }
    },
  },
  {
    name: 'an empty secret accepts nothing',
    skip: withoutWebhook,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const { headers, body } = rig.fake.reject(hanako);
      const { signature: header } = toHeaders(subject);
      const forged = { ...toNodeHeaders(headers), [header]: sign(subject, '', body) };
      ensure(!rig.verify('', forged, body), 'a delivery signed with nothing is accepted');
    },
  },
  {
    name: 'a body beyond ASCII is verified by its bytes and read as it is',
    skip: withoutWebhook,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      for (const applicant of [hanako, ...others]) {
        const { body } = rig.fake.reject(applicant);
        const plain = Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))), 'utf8');
        const headers = {
          [toHeaders(subject).signature]: sign(subject, rig.webhookSecret, plain),
        };
        ensure(rig.verify(rig.webhookSecret, headers, plain), 'a body in plain UTF-8 is refused');
        const [report] = rig.parse({ body: plain });
        ensureSame(report?.kind === 'rejected' && report.job, applicant.job, 'the job is another');
      }
    },
  },
  {
    name: 'each event is reported as what it is',
    skip: withoutWebhook,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const rejected = rig.fake.reject({ ...hanako, isConfidential: true });
      const { applicationRef, candidateRef } = rejected;
      const hint = { applicationRef, candidateRef };
      ensureReport(rig, rejected, { kind: 'rejected', ...hint, isConfidential: true });
      ensureReport(rig, rig.fake.reinstate(applicationRef), { kind: 'reinstated', ...hint });
      ensureReport(rig, rig.fake.hire(applicationRef), { kind: 'hired', ...hint });
      const other = rig.fake.reject(hanako);
      ensureReport(rig, rig.fake.mergeCandidate(other.candidateRef, candidateRef), {
        kind: 'merged',
        candidateRef: other.candidateRef,
        intoCandidateRef: candidateRef,
      });
      ensureReport(rig, rig.fake.eraseCandidate(candidateRef), { kind: 'erased', candidateRef, applicationRefs: [] });
    },
  },
  {
    name: 'a ping and an unknown event are understood and not for us',
    skip: withoutWebhook,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const ping = rig.fake.ping();
      ensure(rig.verify(rig.webhookSecret, toNodeHeaders(ping.headers), ping.body), 'a ping is refused');
      const strangers = [ping.body, Buffer.from('{}'), renameEvent(rig.fake.reject(hanako).body)];
      for (const body of strangers) ensureSame(parseOrThrow(rig, body), [], 'an event that is not for us is reported');
    },
  },
  {
    name: 'the same delivery again says the same',
    skip: withoutWebhook,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const delivery = rig.fake.reject(hanako);
      const first = rig.parse(delivery);
      rig.clock.advance(3_600_000);
      ensureSame(rig.parse(delivery), first, 'a replay is reported differently');
    },
  },
  {
    name: 'a known event that does not fit is set aside without naming the person',
    skip: withoutWebhook,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const { body } = rig.fake.reject(hanako);
      const broken = Buffer.from(JSON.stringify(breakDeep(JSON.parse(body.toString('utf8')), 0)));
      const error = await catchError(
        Promise.resolve().then(() => rig.parse({ body: broken })),
        'a delivery that does not fit',
      );
      ensure(
        error instanceof RelayError && error.code === 'delivery_not_understood',
        `it throws ${error.name}, not delivery_not_understood`,
      );
      const told = `${error.message} ${error.stack} ${inspect(error, { depth: 8 })}`;
      const personal = [hanako.givenName, hanako.familyName, hanako.email ?? '', 'hanako'];
      ensure(!personal.some((text) => told.includes(text)), 'the error names the person');
    },
  },
];

/** Where a delivery carries its signature and its name; '' where it carries them in its body. */
function toHeaders({ connector: { webhook } }: Pick<Subject, 'connector'>) {
  const signature = webhook?.signature.scheme === 'hmac-header' ? webhook.signature : undefined;
  return {
    signature: signature?.header ?? '',
    prefix: signature?.prefix ?? '',
    deliveryRef: webhook && 'header' in webhook.deliveryRef ? webhook.deliveryRef.header : '',
  };
}

function sign(subject: Subject, secret: string, body: Buffer): string {
  const signature = subject.connector.webhook?.signature;
  if (!signature) return '';
  return `${toHeaders(subject).prefix}${createHmac(signature.algorithm, secret).update(body).digest(signature.encoding)}`;
}

function parseOrThrow(rig: Rig, body: Buffer): readonly Report[] {
  try {
    return rig.parse({ body });
  } catch {
    throw new Error('an event that is not for us is an error');
  }
}

function ensureReport(rig: Rig, delivery: FakeDelivery, expected: object): void {
  const reports = rig.parse(delivery);
  const shown = reports.map((report) =>
    Object.fromEntries(Object.keys(expected).map((key) => [key, toRecord(report)[key]])),
  );
  ensureSame(shown, [expected], 'the event is reported as another');
}

function toRecord(value: object): Readonly<Record<string, unknown>> {
  return { ...value };
}

/** The same message under a name no vendor uses: the first text of the top level that is not a reference. */
function renameEvent(body: Buffer): Buffer {
  const message: Record<string, unknown> = JSON.parse(body.toString('utf8'));
  const event = Object.keys(message).find(
    (key) => typeof message[key] === 'string' && !/^\d/.test(String(message[key])),
  );
  return Buffer.from(JSON.stringify({ ...message, [event ?? 'event']: 'something_nobody_announced' }));
}

/** Every value in another shape, so that it fits nowhere, yet still holding what must not be told. The event's name stays. */
function breakDeep(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return { wrapped: value.map((one) => breakDeep(one, depth + 1)) };
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, isEventName(one, depth) ? one : breakDeep(one, depth + 1)]),
    );
  }
  return { wrapped: value };
}

function isEventName(value: unknown, depth: number): boolean {
  return depth === 0 && typeof value === 'string' && /^[a-z_]+$/.test(value);
}

// Write-back

const withoutWriteBack = (subject: Subject) =>
  subject.connector.api?.writeBack ? undefined : 'it takes no write-backs';

const writeBack: readonly Check[] = [
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

// Fixtures

const fixtures: readonly Check[] = [
  {
    name: 'fixtures hold invented people only, and not only ASCII',
    async run({ fixtures: files }) {
      ensure(files.length > 0, 'there are no fixtures');
      for (const { name, text } of files) {
        const addresses = text.match(/[^\s"<>,;:]+@[^\s"<>,;:]+/g) ?? [];
        const foreign = addresses.filter((address) => !/@(.+\.)?example\.(com|org|net)$/.test(address));
        ensure(foreign.length === 0, `${name} holds an address that is not of example.com`);
        ensure(!/\b0\d{1,4}-\d{1,4}-\d{4}\b/.test(text), `${name} holds a telephone number`);
      }
      ensure(
        files.some(({ text }) => Buffer.byteLength(text) > text.length),
        'no fixture goes beyond ASCII',
      );
    },
  },
];

export const checks: readonly Check[] = [...declaration, ...settings, ...reread, ...webhook, ...writeBack, ...fixtures];

/** What is asked again for every other way of writing back. */
export const variantChecks: readonly Check[] = writeBack;
