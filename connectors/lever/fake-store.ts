/** What the fake Lever holds, in Lever's words. Instants are epoch milliseconds. */

export interface FakeContact {
  readonly id: string;
  readonly name: string;
  readonly emails: readonly string[];
  readonly isAnonymized: boolean;
  readonly mayBeContacted: boolean;
}

export interface FakeOpportunity {
  readonly id: string;
  readonly contact: string;
  readonly origin: string;
  readonly sources: readonly string[];
  readonly stage: string;
  readonly tags: readonly string[];
  readonly confidentiality: 'confidential' | 'non-confidential';
  readonly archived: { readonly reason: string; readonly archivedAt: number } | null;
  readonly application: { readonly id: string; readonly type: 'posting' | 'user'; readonly posting: string } | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
}

export interface FakeNote {
  readonly id: string;
  readonly opportunity: string;
  readonly value: string;
  readonly user: string | null;
  readonly createdAt: number;
}

export interface FakeWebhook {
  readonly id: string;
  readonly event: string;
  readonly url: string;
  readonly origins: readonly string[] | null;
  readonly signatureToken: string;
  readonly createdAt: number;
}

export interface FakeThing {
  readonly id: string;
  readonly text: string;
}

export interface FakeReason extends FakeThing {
  readonly type: 'hired' | 'non-hired';
  readonly status: 'active' | 'inactive';
}

export const origins = ['agency', 'applied', 'internal', 'referred', 'sourced', 'university'] as const;

/** Two that a company uses for its own decision and for a withdrawal look alike to Lever. */
export const reasons = {
  company: { id: toUuid('a0', 1), text: 'スキル・経験の不一致', type: 'non-hired', status: 'active' },
  candidate: { id: toUuid('a0', 2), text: 'Withdrew', type: 'non-hired', status: 'active' },
  unknown: { id: toUuid('a0', 3), text: 'Timing', type: 'non-hired', status: 'active' },
  retired: { id: toUuid('a0', 4), text: 'No response (old)', type: 'non-hired', status: 'inactive' },
  hired: { id: toUuid('a0', 9), text: 'Hired', type: 'hired', status: 'active' },
} as const satisfies Record<string, FakeReason>;

export const user: { readonly id: string; readonly name: string } = { id: toUuid('b0', 1), name: '連携 太郎' };

export type Store = ReturnType<typeof createStore>;

export function createStore() {
  let last = 0;
  const opportunities: FakeOpportunity[] = [];
  const places = new Map<string, number>();
  return {
    /** Every opportunity ever made, the deleted ones included, oldest first. */
    opportunities,
    contacts: new Map<string, FakeContact>(),
    postings: new Map<string, FakeThing>(),
    stages: new Map<string, FakeThing>([toStage('lead-new', 'New lead'), toStage('applicant-new', '書類選考')]),
    notes: [] as FakeNote[],
    webhooks: new Map<string, FakeWebhook>(),
    nextId: (prefix: string) => {
      last += 1;
      return toUuid(prefix, last);
    },
    find(id: string): FakeOpportunity | undefined {
      const found = opportunities[places.get(id) ?? -1];
      return found?.deletedAt === null ? found : undefined;
    },
    put(opportunity: FakeOpportunity): FakeOpportunity {
      const place = places.get(opportunity.id) ?? opportunities.length;
      places.set(opportunity.id, place);
      opportunities[place] = opportunity;
      return opportunity;
    },
    ofContact: (contact: string) => opportunities.filter((one) => one.contact === contact && one.deletedAt === null),
  };
}

function toStage(id: string, text: string): [string, FakeThing] {
  return [id, { id, text }];
}

function toUuid(prefix: string, count: number): string {
  return `${prefix.padEnd(8, '0')}-4a3c-4d1e-8b2f-${count.toString(16).padStart(12, '0')}`;
}
