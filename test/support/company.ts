import { randomBytes } from 'node:crypto';
import { type Agency, type Company, createCompany, saveAgency } from '../../src/company/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { openVault, type Vault } from '../../src/platform/vault.ts';

export const testKey = randomBytes(32);

export function openTestVault(): Vault {
  return openVault([testKey]);
}

export const sampleAgency = {
  name: '架空キャリア株式会社',
  address: '東京都千代田区架空町1-2-3',
  representative: '髙﨑 一郎',
  licenceNumber: '13-ユ-999999',
  licenceExpiresOn: '2029-03-31',
  privacyUrl: 'https://agency.example.com/privacy',
  registrationUrl: 'https://agency.example.com/register',
} satisfies Omit<Agency, 'agencyId'>;

/** A company of its own slug with a complete agency. */
export async function addCompany(
  database: Database,
  vault: Vault,
  now: Date,
  change: Partial<Pick<Company, 'name' | 'locale'>> = {},
): Promise<{ readonly company: Company; readonly agency: Agency }> {
  const company = await database.forSystem((tx) =>
    createCompany(
      tx,
      vault,
      {
        slug: `test-${newId().slice(-12)}`,
        name: '架空食品株式会社',
        locale: 'ja',
        postalAddress: '東京都港区架空台4-5-6',
        contactEmail: 'recruit@example.com',
        ...change,
      },
      now,
    ),
  );
  const agency = await database.forCompany(company.companyId, (tx) =>
    saveAgency(tx, company.companyId, sampleAgency, now),
  );
  return { company, agency };
}
