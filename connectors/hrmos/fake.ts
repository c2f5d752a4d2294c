import {
  type Fake,
  type FakeApplicant,
  type FakeDelivery,
  type FakeOptions,
  writeTableFile,
} from '../../src/connector/fake.ts';

type Outcome = 'open' | 'rejected' | 'withdrawn' | 'hired';

interface Row {
  readonly applicationRef: string;
  readonly applicant: FakeApplicant;
  readonly appliedAt: Date;
  readonly outcome: Outcome;
  readonly decidedAt: Date | null;
}

const header = [
  '応募ID',
  '求人ID',
  '求人名',
  '選考ポジション名',
  '応募日',
  '氏名',
  'メールアドレス',
  '応募経路',
  '応募経路詳細',
  'ラベル',
  '選考ステータス',
  '不合格日',
  '辞退日',
  '内定日',
  '備考',
];

/** The applicants of one company in HRMOS採用, and the file a recruiter exports of them. It answers no call and sends nothing. */
export function createHrmosFake(options: FakeOptions): Fake & Required<Pick<Fake, 'apply' | 'exportFile'>> {
  const rows = new Map<string, Row>();
  let lastRef = 1000;

  const nextRef = () => {
    lastRef += 1;
    return String(lastRef);
  };

  function put(applicant: FakeApplicant, outcome: Outcome): FakeDelivery {
    const applicationRef = applicant.applicationRef ?? nextRef();
    const known = rows.get(applicationRef);
    rows.set(applicationRef, {
      applicationRef,
      applicant,
      appliedAt: applicant.appliedAt ?? known?.appliedAt ?? options.now(),
      outcome,
      decidedAt: outcome === 'open' ? null : (applicant.decidedAt ?? options.now()),
    });
    return toNothing(applicationRef);
  }

  function move(applicationRef: string, outcome: Outcome): FakeDelivery {
    const known = rows.get(applicationRef);
    if (!known) throw new Error(`the fake has no application ${applicationRef}`);
    return put({ ...known.applicant, applicationRef, appliedAt: known.appliedAt }, outcome);
  }

  function remove(applicationRef: string): FakeDelivery {
    rows.delete(applicationRef);
    return toNothing(applicationRef);
  }

  return {
    handle: async () => new Response(null, { status: 404 }),
    settings: () => ({}),
    apply: (applicant) => put(applicant, 'open'),
    reject: (applicant) => put(applicant, applicant.decidedBy === 'candidate' ? 'withdrawn' : 'rejected'),
    reinstate: (applicationRef) => move(applicationRef, 'open'),
    hire: (applicationRef) => move(applicationRef, 'hired'),
    eraseCandidate: remove,
    // Nothing joins two applications of one person here.
    mergeCandidate: (candidateRef) => toNothing(candidateRef),
    ping: () => toNothing(''),
    exportFile(file) {
      const now = options.now();
      const stamp = inJapan(now).slice(0, 19).replaceAll(/\D/g, '');
      const table = [['出力日時', toJapanese(now)], header, ...[...rows.values()].map(toCells)];
      return { name: `応募者情報_${stamp}.csv`, bytes: writeTableFile(table, file) };
    },
    written: () => ({ fields: {}, tags: [], notes: [] }),
    calls: [],
    failNext: () => undefined,
  };
}

/** What is not sent has no body. */
function toNothing(applicationRef: string): FakeDelivery {
  return { applicationRef, candidateRef: applicationRef, headers: {}, body: Buffer.alloc(0) };
}

const statuses: Readonly<Record<Outcome, string>> = {
  open: '',
  rejected: ' 不合格',
  withdrawn: ' 辞退',
  hired: ' 内定',
};
const sources = { direct: '自社採用ページ', agency: 'エージェント', referral: '社員紹介' } as const;

function toCells({ applicationRef, applicant, appliedAt, outcome, decidedAt }: Row): readonly string[] {
  const { familyName, givenName, email, job, stage = '書類選考', source = 'direct' } = applicant;
  const on = (wanted: Outcome) => (outcome === wanted && decidedAt ? toJapanese(decidedAt).slice(0, -6) : '');
  return [
    applicationRef,
    '501',
    job,
    job,
    toJapanese(appliedAt)
      .slice(0, -6)
      .replace(/(\d+)年(\d+)月(\d+)日/, '$1/$2/$3'),
    `${familyName} ${givenName}`.trim(),
    email ?? '',
    sources[source],
    source === 'agency' ? '架空エージェント株式会社' : '',
    '',
    `${stage}${statuses[outcome]}`,
    on('rejected'),
    on('withdrawn'),
    on('hired'),
    '志望動機,\n"改行"あり',
  ];
}

/** `2026年11月4日 10:05` in Japan's time. */
function toJapanese(instant: Date): string {
  const [year, month, day] = inJapan(instant).slice(0, 10).split('-').map(Number);
  return `${year}年${month}月${day}日 ${inJapan(instant).slice(11, 16)}`;
}

function inJapan(instant: Date): string {
  return new Date(instant.getTime() + 9 * 3_600_000).toISOString();
}
