import { type Company, readCompany, readCompanyBySlug } from '../../company/index.ts';
import type { Connections } from '../../connector/index.ts';
import type { Credits } from '../../credit/index.ts';
import type { Imports, Intake } from '../../intake/index.ts';
import type { Letters } from '../../letter/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { Mailer } from '../../platform/mail.ts';
import type { Vault } from '../../platform/vault.ts';
import type { SlackAdmin, SlackInstall } from '../../slack/index.ts';
import type { CompanyData } from '../company-data/company-data.ts';
import type { Identity } from '../identity/identity.ts';

/** What the API stands on. */
export interface ApiParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly connections: Connections;
  readonly intake: Pick<Intake, 'replay' | 'replayAll' | 'poll' | 'backfill'>;
  readonly imports: Pick<Imports, 'take' | 'read' | 'confirm'>;
  readonly letters: Pick<
    Letters,
    | 'cancel'
    | 'send'
    | 'hold'
    | 'replan'
    | 'decide'
    | 'askBatch'
    | 'stopBatch'
    | 'preview'
    | 'sendTest'
    | 'sendTestWording'
    | 'sendSample'
    | 'sendSenderTest'
    | 'leaveOutOld'
  >;
  readonly credits: Pick<Credits, 'confirmReferral' | 'reserve' | 'use' | 'release'>;
  readonly slack: SlackAdmin;
  readonly slackInstall: SlackInstall;
  readonly jobs: Pick<Jobs, 'counts' | 'listDead' | 'redrive'>;
  readonly identity: Pick<Identity, 'readSession' | 'sendInvitation'>;
  readonly companyData: CompanyData;
  /** Whoever bears it may do everything, for every company. */
  readonly adminToken: string;
  /** Where vendors reach us, without a trailing slash. */
  readonly baseUrl: string;
  /** Whether mail stays in the local outbox, on this machine alone. */
  readonly hasOutbox: boolean;
  /** Whether mail leaves by a server, or is only kept. */
  readonly mailKind: Mailer['kind'];
  /** The address that mail is sent from. */
  readonly mailFrom: string;
}

/** The company a request names by slug or id. System transaction. @throws RelayError request_not_found. */
export async function findCompany(tx: Tx, reference: string): Promise<Company> {
  const company =
    (await readCompanyBySlug(tx, reference)) ?? (isId(reference) ? await readCompany(tx, reference) : undefined);
  if (!company) throw new RelayError('request_not_found', { message: `there is no company ${reference}` });
  return company;
}

/** Does work as the company a request names. @throws RelayError request_not_found. */
export async function asCompany<T>(
  { database }: Pick<ApiParts, 'database'>,
  reference: string,
  work: (tx: Tx, company: Company) => Promise<T>,
): Promise<T> {
  const company = await database.forSystem((tx) => findCompany(tx, reference));
  return database.forCompany(company.companyId, (tx) => work(tx, company));
}

/** Where applicants of a company prove their address and are asked, whatever its ATS. */
export function toStaticLink({ baseUrl }: Pick<ApiParts, 'baseUrl'>, { slug }: Pick<Company, 'slug'>): string {
  return `${baseUrl}/r/${slug}`;
}
