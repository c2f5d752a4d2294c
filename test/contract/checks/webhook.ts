import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { type FakeDelivery, RelayError, type Report, readFields } from '../../../src/connector/index.ts';
import type { Rig, Subject } from '../rig.ts';
import { type Check, catchError, ensure, ensureSame, hanako, others, wrongSecret } from './support.ts';

/** A vendor whose signature does not cover what the delivery says. */
const isHint = ({ connector }: Subject) => connector.webhook?.signature.scheme === 'hmac-body';
const withoutProvedBody = (subject: Subject) =>
  withoutWebhook(subject) ?? (isHint(subject) ? 'its signature does not cover what it says' : undefined);
const withoutWebhook = (subject: Subject) => (subject.connector.webhook ? undefined : 'it takes no webhooks');

const withoutAnonymising = (subject: Subject) =>
  subject.createFake({ now: () => new Date(0) }).anonymize ? undefined : 'its vendor does not anonymise people';

/** As Node hands headers on: lower case, whatever case they came in. */
function toNodeHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

export const webhook: readonly Check[] = [
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
      const refs = [first, second].map((delivery) => toDeliveryRef(subject, delivery));
      ensure(refs[0] !== undefined && refs[0] !== refs[1], 'two deliveries have not two names');
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
      const delivery = rig.fake.reject(hanako);
      const forgeries = isHint(subject) ? forgeBody(subject, delivery) : forgeHeaders(subject, delivery);
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
      const forged = signAgain(subject, '', { headers: toNodeHeaders(headers), body });
      ensure(!rig.verify('', forged.headers, forged.body), 'a delivery signed with nothing is accepted');
    },
  },
  {
    name: 'a body beyond ASCII is verified by its bytes and read as it is',
    skip: withoutProvedBody,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      for (const applicant of [hanako, ...others]) {
        const { body } = rig.fake.reject(applicant);
        const plain = Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))), 'utf8');
        const { headers } = signAgain(subject, rig.webhookSecret, { headers: {}, body: plain });
        ensure(rig.verify(rig.webhookSecret, headers, plain), 'a body in plain UTF-8 is refused');
        const [report] = rig.parse({ body: plain });
        ensureSame(report?.kind === 'rejected' && report.job, applicant.job, 'the job is another');
      }
    },
  },
  {
    name: 'each event is reported as what it is',
    skip: withoutProvedBody,
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
    name: 'a delivery whose content is not proved says only what to read again',
    skip: (subject) => withoutWebhook(subject) ?? (isHint(subject) ? undefined : 'its signature covers the whole body'),
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const { applicationRef, candidateRef, ...rejected } = rig.fake.reject(hanako);
      const deliveries = [
        { applicationRef, candidateRef, ...rejected },
        rig.fake.reinstate(applicationRef),
        rig.fake.hire(applicationRef),
        rig.fake.eraseCandidate(candidateRef),
      ];
      for (const delivery of deliveries) {
        const reports = rig.parse(delivery);
        ensure(reports.length > 0, 'an event says nothing');
        for (const report of reports) {
          const isOnlyHint = report.kind === 'changed' || report.kind === 'candidate-changed';
          ensure(isOnlyHint, `it reports ${report.kind}, which its signature does not prove`);
          const ref =
            report.kind === 'changed' ? report.applicationRef : 'candidateRef' in report && report.candidateRef;
          ensure(ref === applicationRef || ref === candidateRef, 'it names another application');
        }
      }
    },
  },
  {
    name: 'a delivery that came late is still fresh, and one of another day is not',
    skip: (subject) => withoutWebhook(subject) ?? (isHint(subject) ? undefined : 'its signature covers the whole body'),
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const freshness = subject.connector.webhook?.freshness;
      ensure(freshness !== undefined, 'it does not say how old a delivery may be');
      const sentAt = freshness.sentAt(JSON.parse(rig.fake.reject(hanako).body.toString('utf8')));
      ensureSame(sentAt, rig.clock.now(), 'the instant of sending is another');
      ensure(freshness.maxAgeMs >= 600_000, 'ten minutes late is too late');
      ensure(freshness.maxAgeMs <= 2 * 86_400_000, 'what was captured days ago is still taken');
      ensureSame(freshness.sentAt({}), null, 'a body without an instant has one');
    },
  },
  {
    name: 'a person who was anonymised is told as gone',
    skip: (subject) => withoutWebhook(subject) ?? withoutAnonymising(subject),
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const { applicationRef, candidateRef } = rig.fake.reject(hanako);
      const delivery = rig.fake.anonymize?.(candidateRef);
      const reports = delivery ? rig.parse(delivery) : [];
      const isErased = reports.some((report) => report.kind === 'erased' && report.candidateRef === candidateRef);
      const [application] = await rig.reread([applicationRef]);
      const isGone = reports.length > 0 && application?.state === 'gone';
      ensure(isErased || isGone, 'nothing tells that the person is gone');
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
      // A hint that names nothing is as good as none: a vendor's test message looks like that.
      if (isHint(subject) && isIgnored(rig, broken)) return;
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

type Sent = Pick<FakeDelivery, 'headers' | 'body'>;

/** Signed anew with this secret, as the vendor would. */
function signAgain({ connector }: Subject, secret: string, { headers, body }: Sent): Sent {
  const signature = connector.webhook?.signature;
  if (!signature) return { headers, body };
  const digest = (message: Buffer | string) =>
    createHmac(signature.algorithm, secret).update(message).digest(signature.encoding);
  if (signature.scheme === 'hmac-header')
    return { headers: { ...headers, [signature.header]: `${signature.prefix}${digest(body)}` }, body };
  const content = toRecord(JSON.parse(body.toString('utf8')));
  const message = signature.over.map((field) => String(content[field] ?? '')).join('');
  return { headers, body: toBody({ ...content, [signature.field]: digest(message) }) };
}

function toBody(content: object): Buffer {
  return Buffer.from(JSON.stringify(content));
}

type Forgeries = Readonly<Record<string, readonly [Readonly<Record<string, string>>, Buffer]>>;

function forgeHeaders(subject: Subject, { headers, body }: Sent): Forgeries {
  const good = toNodeHeaders(headers);
  const { signature: header, prefix } = toHeaders(subject);
  const signed = good[header] ?? '';
  const digest = signed.slice(prefix.length);
  return {
    'a changed body': [good, Buffer.concat([body, Buffer.from(' ')])],
    'another body': [good, Buffer.from('{}')],
    'a missing signature': [Object.fromEntries(Object.entries(good).filter(([name]) => name !== header)), body],
    'an empty signature': [{ ...good, [header]: '' }, body],
    'a short signature': [{ ...good, [header]: signed.slice(0, -2) }, body],
    'a wrong signature': [{ ...good, [header]: `${prefix}${'0'.repeat(digest.length)}` }, body],
    'another algorithm': [{ ...good, [header]: `sha1 ${digest}` }, body],
    'another secret': [signAgain(subject, wrongSecret, { headers: good, body }).headers, body],
  };
}

function forgeBody(subject: Subject, { headers, body }: Sent): Forgeries {
  const signature = subject.connector.webhook?.signature;
  if (signature?.scheme !== 'hmac-body') return {};
  const good = toNodeHeaders(headers);
  const { field, over } = signature;
  const content = toRecord(JSON.parse(body.toString('utf8')));
  const signed = String(content[field] ?? '');
  const { [field]: _signature, ...unsigned } = content;
  const changed = (change: object): Forgeries[string] => [good, toBody({ ...content, ...change })];
  return {
    'another body': [good, Buffer.from('{}')],
    'no JSON': [good, Buffer.from(signed)],
    'a missing signature': [good, toBody(unsigned)],
    'an empty signature': changed({ [field]: '' }),
    'a short signature': changed({ [field]: signed.slice(0, -2) }),
    'a wrong signature': changed({ [field]: '0'.repeat(signed.length) }),
    'a signature in a list': changed({ [field]: [signed] }),
    'another algorithm': changed({ [field]: `sha1 ${signed}` }),
    'another secret': [good, signAgain(subject, wrongSecret, { headers, body }).body],
    ...Object.fromEntries(over.map((name) => [`another ${name}`, changed({ [name]: `${content[name]}1` })])),
  };
}

/** How a delivery names itself, as the door reads it. */
function toDeliveryRef({ connector: { webhook } }: Subject, { headers, body }: Sent): string | undefined {
  const named = webhook?.deliveryRef;
  if (!named) return undefined;
  return 'header' in named ? toNodeHeaders(headers)[named.header] : readFields(body, named.fields)?.join('.');
}

function isIgnored(rig: Rig, body: Buffer): boolean {
  try {
    return rig.parse({ body }).length === 0;
  } catch {
    return false;
  }
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
