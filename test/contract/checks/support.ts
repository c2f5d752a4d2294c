import { inspect, isDeepStrictEqual } from 'node:util';
import {
  type Connector,
  type FakeApplicant,
  type FakeDelivery,
  type Field,
  RelayError,
  type Text,
  type WriteBack,
} from '../../../src/connector/index.ts';
import type { Bench, Rig, Subject } from '../rig.ts';

/** One promise every connector keeps. Not a test block, so that broken connectors can prove that it can fail. */
export interface Check {
  readonly name: string;
  /** Why it does not apply to this connector; undefined where it does. */
  skip?(subject: Subject): string | undefined;
  /** Throws an error that says what is wrong. */
  run(subject: Subject, bench: Bench): Promise<void>;
}

export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

export function ensureSame(actual: unknown, expected: unknown, message: string): void {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`${message}\nexpected ${inspect(expected, { depth: 6 })}\ngot ${inspect(actual, { depth: 6 })}`);
  }
}

export async function catchError(work: Promise<unknown>, what: string): Promise<Error> {
  try {
    await work;
  } catch (thrown) {
    // Node's own errors are not instanceof Error inside jest.
    return thrown as Error;
  }
  throw new Error(`${what}: nothing was thrown`);
}

export async function ensureKind(work: Promise<unknown>, kind: RelayError['kind'], what: string): Promise<RelayError> {
  const error = await catchError(work, what);
  ensure(error instanceof RelayError, `${what}: ${error.name} was thrown instead of a RelayError`);
  ensure(error.kind === kind, `${what}: the error is ${error.kind}, not ${kind}`);
  return error;
}

export const hanako: FakeApplicant = {
  givenName: '花子',
  familyName: '髙﨑',
  email: 'hanako.takasaki@example.com',
  job: 'デザイナー（東京、正社員）',
};
export const others: readonly FakeApplicant[] = [
  { givenName: 'ﾀﾛｳ', familyName: '𠮷野', email: 'taro.yoshino@example.com', job: '営業' },
  { givenName: 'Siobhán', familyName: "O'Brien, Jr.", email: 'siobhan.obrien@example.com', job: 'Engineer 🚀' },
  { givenName: '次郎', familyName: '山本', email: 'jiro.yamamoto@example.com', job: '経理' },
];

export function makeMany(count: number): readonly FakeApplicant[] {
  return Array.from({ length: count }, (_, index) => ({ ...hanako, email: `applicant${index}@example.com` }));
}

export function toWriteBack(delivery: FakeDelivery, change: Partial<WriteBack> = {}): WriteBack {
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

export function isFilled(text: Text | undefined): boolean {
  return text !== undefined && text.ja.trim() !== '' && text.en.trim() !== '';
}

/** The settings an API leans on, by what they must be. */
export function toNames(api: Connector['api']) {
  const key = api?.access['api-key'];
  const credentials = api?.access['client-credentials'];
  return {
    secret: [...(key ? [key.key] : []), ...(credentials ? [credentials.clientSecret] : [])],
    url: [...(api ? [api.baseUrl] : []), ...(credentials ? [credentials.tokenUrl] : [])],
    plain: credentials ? [credentials.clientId, ...(credentials.subject ? [credentials.subject] : [])] : [],
  };
}

export function isOptional(field: Field): boolean {
  return field.isOptional === true || field.default !== undefined;
}

export function ensureNoSecret(error: Error, rig: Rig): void {
  const told = `${error.stack} ${inspect(error, { depth: 5, showHidden: true })}`;
  ensure(!rig.secrets().some((secret) => told.includes(secret)), 'an error carries a secret');
}

export const wrongSecret = 'wrong-secret-that-nobody-has';

/** Why nothing is asked over HTTP. */
export const withoutApi = ({ connector }: Subject) => (connector.api ? undefined : 'it has no API');
