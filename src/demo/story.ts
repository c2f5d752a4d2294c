import type { FakeApplicant } from '../connector/index.ts';

/** What happens to one invented applicant in the demo, and what we expect to see of it. */
export interface Scene {
  readonly applicant: FakeApplicant;
  /** How the applicant answers on the page; undefined: never opens it. */
  readonly answer?: 'grant' | 'decline';
  /** What the demo says about the applicant's case. */
  readonly note: string;
}

/** All people here are invented. */
function person(
  familyName: string,
  givenName: string,
  mailbox: string,
  job: string,
  stage = '書類選考',
): FakeApplicant {
  return { familyName, givenName, email: `${mailbox}@example.com`, job, stage, decidedBy: 'company', source: 'direct' };
}

const rejected = '不採用';

export const company = {
  slug: 'kakuu-shokuhin',
  name: '架空食品株式会社',
  locale: 'ja',
  postalAddress: '〒100-0000 東京都千代田区架空町1-2-3',
  contactEmail: 'saiyo@kakuu-shokuhin.example.com',
} as const;

export const agency = {
  name: '架空キャリア紹介株式会社',
  address: '東京都港区架空台4-5-6',
  representative: '代表取締役 髙﨑 一郎',
  licenceNumber: '13-ユ-999999',
  licenceExpiresOn: '2030-03-31',
  privacyUrl: 'https://agency.example.com/privacy',
  registrationUrl: 'https://agency.example.com/register',
} as const;

/** Twelve company rejections: ten people agree, one declines, one never opens the letter. */
export const twelve: readonly Scene[] = [
  { applicant: person('髙﨑', '花子', 'hanako.takasaki', '営業職（東京）'), answer: 'grant', note: rejected },
  { applicant: person('𠮷野', '太郎', 'taro.yoshino', '商品企画'), answer: 'grant', note: rejected },
  { applicant: person('佐藤', '美咲', 'misaki.sato', '品質管理', '一次面接'), answer: 'grant', note: rejected },
  { applicant: person("O'Brien", 'Liam', 'liam.obrien', 'Data Analyst'), answer: 'grant', note: rejected },
  { applicant: person('鈴木', '健', 'ken.suzuki', '営業職（大阪）'), answer: 'grant', note: rejected },
  { applicant: person('ｱﾝﾄﾞｳ', 'ﾅｵ', 'nao.ando', '物流管理'), answer: 'grant', note: rejected },
  { applicant: person('田中', 'さくら', 'sakura.tanaka', '広報', '最終面接'), answer: 'decline', note: rejected },
  { applicant: person('渡邉', '翔', 'sho.watanabe', '生産技術'), answer: 'grant', note: rejected },
  { applicant: person('García, López', 'María', 'maria.garcia', '海外営業'), answer: 'grant', note: rejected },
  { applicant: person('小林', '陽菜', 'hina.kobayashi', '経理'), note: rejected },
  {
    applicant: person('山本', '大輔', 'daisuke.yamamoto', '情報システム', '一次面接'),
    answer: 'grant',
    note: rejected,
  },
  { applicant: person('中村', '結衣', 'yui.nakamura', '人事'), answer: 'grant', note: rejected },
];

export const withdrawn: Scene = {
  applicant: { ...person('加藤', '蓮', 'ren.kato', '法務'), decidedBy: 'candidate' },
  note: '応募者が辞退',
};

export const fromAgency: Scene = {
  applicant: { ...person('伊藤', '葵', 'aoi.ito', '研究開発'), source: 'agency' },
  note: '不採用（紹介会社経由）',
};

export const reinstated: Scene = {
  applicant: person('松本', '樹', 'itsuki.matsumoto', '店舗開発', '最終面接'),
  note: '不採用 → 取り消し',
};
