import { createGreenhouseFake } from '../connectors/greenhouse/fake.ts';
import type { Rig } from './support.ts';

/** Writes down so many sent letters of a company, each with its person and rejection, as the stream would have; a year of them. */
export async function addLetters({ api, sql }: Rig, company: string, count: number): Promise<void> {
  const fake = createGreenhouseFake({ now: () => new Date() });
  const { id: companyId } = await api.get(`/companies/${company}`);
  const { id } = await api.post('/connections', {
    company,
    connector: 'greenhouse',
    settings: fake.settings('http://127.0.0.1:9'),
  });
  const place = [companyId, id, count];
  // Ids that ascend with time, as ours do; `kind` keeps those of the three tables apart, the company those of two companies.
  const idOf = (kind: number) =>
    `(lpad(to_hex(n), 8, '0') || '-000${kind}-7000-8000-' || right(md5($1::text), 12))::uuid`;
  const decidedAt = "now() - (($3::int - n) * interval '365 days' / $3::int)";
  await sql.query(
    `insert into person (person_id, company_id, email, given_name, family_name, created_at)
     select ${idOf(1)}, $1::uuid, 'p' || n || '@example.com', '花子', '髙﨑' || n, ${decidedAt}
     from generate_series(1, $3::int) as n where $2::uuid is not null`,
    place,
  );
  await sql.query(
    `insert into rejection (rejection_id, company_id, connection_id, person_id, application_ref, candidate_ref, decided_at,
       decided_by, reason_ref, reason, stage, job, source, is_private, is_confidential, can_email, recorded_at)
     select ${idOf(2)}, $1::uuid, $2::uuid, ${idOf(1)}, 'a' || n, 'c' || n, ${decidedAt}, 'company', 'r' || n % 5,
       '経験の不一致', '一次面接', '営業職 ' || n % 40, 'direct', false, false, true, ${decidedAt}
     from generate_series(1, $3::int) as n`,
    place,
  );
  await sql.query(
    `insert into letter (letter_id, company_id, connection_id, rejection_id, person_id, status, locale, template,
       template_version, due_at, sent_at, created_at, updated_at)
     select ${idOf(3)}, $1::uuid, $2::uuid, ${idOf(2)}, ${idOf(1)}, 'sent', 'ja', 'career-relay', 'bench', ${decidedAt},
       ${decidedAt}, ${decidedAt}, ${decidedAt}
     from generate_series(1, $3::int) as n`,
    place,
  );
  await sql.query('analyze');
}
