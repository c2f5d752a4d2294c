import { createHmac } from 'node:crypto';
import type { Connector, Fake, FakeDelivery, FakeOptions, Report } from '../../src/connector/index.ts';
import type { Subject } from './rig.ts';
import { sampleSubject } from './subjects.ts';

/**
 * The sample ATS, if it signed only a token and an instant inside the body: sound, so that what is proved of such
 * connectors can be broken one thing at a time.
 */
export const hintSample: Subject = {
  ...sampleSubject,
  name: '_sample with a signature in the body',
  connector: toHinted(sampleSubject.connector),
  createFake: (options) => signInBody(sampleSubject.createFake(options), options),
};

function toHinted(sound: Connector): Connector {
  const webhook = sound.webhook as NonNullable<Connector['webhook']>;
  return {
    ...sound,
    webhook: {
      ...webhook,
      signature: {
        scheme: 'hmac-body',
        field: 'signature',
        over: ['token', 'sentAt'],
        algorithm: 'sha256',
        encoding: 'hex',
      },
      deliveryRef: { fields: ['token', 'sentAt'] },
      freshness: { sentAt: readSentAt, maxAgeMs: 24 * 3_600_000 },
      parse: (body) => webhook.parse(body).map(toHint),
    },
  };
}

function toHint(report: Report): Report {
  if ('applicationRef' in report) return { kind: 'changed', applicationRef: report.applicationRef };
  return { kind: 'candidate-changed', candidateRef: report.candidateRef };
}

function readSentAt(body: unknown): Date | null {
  const { sentAt } = body as { readonly sentAt?: unknown };
  return typeof sentAt === 'number' ? new Date(sentAt) : null;
}

function signInBody(fake: Fake, options: FakeOptions): Fake {
  let sent = 0;
  const sign = (delivery: FakeDelivery): FakeDelivery => {
    sent += 1;
    const token = `token-${sent}`;
    const sentAt = options.now().getTime();
    const secret = fake.settings('https://ats.example.com').webhookSecret ?? '';
    const signature = createHmac('sha256', secret).update(`${token}${sentAt}`).digest('hex');
    const content = { ...JSON.parse(delivery.body.toString('utf8')), token, sentAt, signature };
    return { ...delivery, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(content)) };
  };
  return {
    ...fake,
    reject: (applicant) => sign(fake.reject(applicant)),
    reinstate: (ref) => sign(fake.reinstate(ref)),
    hire: (ref) => sign(fake.hire(ref)),
    eraseCandidate: (ref) => sign(fake.eraseCandidate(ref)),
    mergeCandidate: (ref, into) => sign(fake.mergeCandidate(ref, into)),
    ping: () => sign(fake.ping()),
  };
}
