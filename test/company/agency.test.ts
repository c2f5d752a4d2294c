import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findAgencyLack, readAgency, readTerms, saveAgency } from '../../src/company/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { addCompany, openTestVault, sampleAgency } from '../support/company.ts';
import { openTestDatabase } from '../support/database.ts';

const now = new Date('2026-11-24T01:00:00Z');
let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('an agency whose details are mended stays the same agency under the same terms', async () => {
  const { company, agency } = await addCompany(database, openTestVault(), now);

  const mended = await database.forCompany(company.companyId, (tx) =>
    saveAgency(tx, company.companyId, { ...sampleAgency, licenceExpiresOn: '2031-03-31' }, now),
  );

  expect(mended).toEqual({ ...agency, licenceExpiresOn: '2031-03-31' });
});

test('another licence number is another agency, so no agreement passes over to it', async () => {
  const { company, agency } = await addCompany(database, openTestVault(), now);

  const next = await database.forCompany(company.companyId, (tx) =>
    saveAgency(
      tx,
      company.companyId,
      { ...sampleAgency, name: '別の架空キャリア株式会社', licenceNumber: '27-ユ-888888' },
      now,
    ),
  );

  const [inPlace, terms] = await database.forCompany(
    company.companyId,
    async (tx) => [await readAgency(tx, company.companyId), await readTerms(tx, next.agencyId, now)] as const,
  );
  expect(next.agencyId).not.toBe(agency.agencyId);
  expect(inPlace).toEqual(next);
  expect(terms).toMatchObject({ version: 1, perCredit: 10 });
});

test.each([
  ['the last second of the last day in Japan', '2026-11-23T14:59:59Z', undefined],
  ['the first second of the next day in Japan', '2026-11-23T15:00:00Z', 'licence-expired'],
])('a licence is good until %s', (_name, instant, lack) => {
  expect(findAgencyLack({ agencyId: 'a', ...sampleAgency, licenceExpiresOn: '2026-11-23' }, new Date(instant))).toBe(
    lack,
  );
});

test.each(['name', 'address', 'representative', 'licenceNumber', 'privacyUrl', 'registrationUrl'] as const)(
  'without %s nobody may be asked',
  (field) => {
    expect(findAgencyLack({ agencyId: 'a', ...sampleAgency, [field]: ' ' }, now)).toBe('agency-incomplete');
  },
);

test('no agency at all is said as such', () => {
  expect(findAgencyLack(undefined, now)).toBe('agency-missing');
});
