import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { may, type Right } from '../../company/index.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { type Owned, readOwner } from '../../platform/owners.ts';
import type { Role } from '../../platform/tables.ts';
import { findCompany } from './parts.ts';

/**
 * What a route needs; every route of the API says it in its `config`.
 * `member`: whoever is let in at all; the handler shows him his own only. `operator`: who looks after the installation.
 */
export interface Access {
  readonly right: Right | 'member' | 'operator';
  /** How the request names the company. `none` goes with `member` and `operator`. */
  readonly company: 'none' | 'query' | 'body' | 'slug' | By;
}

/** By a thing that belongs to it. */
export interface By {
  readonly by: Owned;
  /** Where its id stands; `params.id` when absent. */
  readonly at?: `${'params' | 'query' | 'body'}.${string}`;
}

/** Who asks. */
export type Principal =
  /** who bears the admin token: an operator */
  | { readonly kind: 'admin' }
  | {
      readonly kind: 'user';
      readonly userId: string;
      readonly sessionId: string;
      readonly isOperator: boolean;
      readonly roles: ReadonlyMap<string, Role>;
    }
  /** a program of one company */
  | { readonly kind: 'token'; readonly tokenId: string; readonly companyId: string; readonly role: Role };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route of the API needs. One that does not say is for operators alone, and a test finds it. */
    readonly access?: Access;
  }
  interface FastifyRequest {
    /** Who asks; set before any handler of the API. */
    principal: Principal | null;
    /** Who acts, for the audit log: `admin`, `user:<id>`, `token:<id>`; never a name. */
    readonly actor: string;
  }
}

export function toActor(principal: Principal | null): string {
  switch (principal?.kind) {
    case 'user':
      return `user:${principal.userId}`;
    case 'token':
      return `token:${principal.tokenId}`;
    default:
      return 'admin';
  }
}

export function isOperator(principal: Principal): boolean {
  return principal.kind === 'admin' || (principal.kind === 'user' && principal.isOperator);
}

/** What somebody is to a company; undefined: a stranger. */
export function toRole(principal: Principal, companyId: string): Role | undefined {
  if (principal.kind === 'user') return principal.roles.get(companyId);
  return principal.kind === 'token' && principal.companyId === companyId ? principal.role : undefined;
}

/** Whether somebody may look at a company at all: for lists across companies. */
export function isOf(principal: Principal, companyId: string): boolean {
  return isOperator(principal) || toRole(principal, companyId) !== undefined;
}

/** Letting others in is for people: whoever finds a program's token must not gain a foothold by it. */
const forPeopleAlone: ReadonlySet<Access['right']> = new Set(['members']);

/**
 * Lets a request through that its route's declaration allows, and no other. An operator meets what the handler finds.
 * @throws RelayError request_not_found for what is foreign or unknown, request_forbidden for what the role may not.
 */
export async function requireAccess(
  database: Database,
  principal: Principal,
  access: Access | undefined,
  request: Pick<FastifyRequest, 'params' | 'query' | 'body'>,
): Promise<void> {
  if (isOperator(principal)) return;
  if (!access || access.right === 'operator') throw new RelayError('request_forbidden');
  const { right, company } = access;
  if (company === 'none') {
    if (right !== 'member') throw new RelayError('request_forbidden');
    return;
  }
  const companyId = await database.forSystem((tx) => findCompanyId(tx, company, request));
  const role = companyId === undefined ? undefined : toRole(principal, companyId);
  if (role === undefined) throw new RelayError('request_not_found');
  if (right === 'member') return;
  if (!may(role, right) || (principal.kind === 'token' && forPeopleAlone.has(right)))
    throw new RelayError('request_forbidden');
}

async function findCompanyId(
  tx: Tx,
  company: Exclude<Access['company'], 'none'>,
  request: Pick<FastifyRequest, 'params' | 'query' | 'body'>,
): Promise<string | undefined> {
  if (typeof company === 'object') return readOwner(tx, company.by, readAt(request, company.at ?? 'params.id'));
  const at = ({ query: 'query.company', body: 'body.company', slug: 'params.slug' } as const)[company];
  return (await findCompany(tx, readAt(request, at))).companyId;
}

const Part = z.record(z.string(), z.unknown());

/** '' where nothing stands: no company is called that. */
function readAt(request: Pick<FastifyRequest, 'params' | 'query' | 'body'>, at: NonNullable<By['at']>): string {
  const [part, name = ''] = at.split('.');
  const found = Part.safeParse({ params: request.params, query: request.query, body: request.body }[part ?? '']);
  const value = found.data?.[name];
  return typeof value === 'string' ? value : '';
}
