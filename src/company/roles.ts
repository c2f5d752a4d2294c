import type { Role } from '../platform/tables.ts';

export type { Role };

/** What somebody may do for a company. */
export type Right =
  /** see balances, letters, connections and what is wrong with them */
  | 'look'
  /** send, hold or cancel a letter */
  | 'letters'
  /** say what a rejection reason means */
  | 'mapping'
  /** reject an application in the ATS */
  | 'reject'
  /** reserve, use or release a credit */
  | 'credits'
  /** stop a connection, or ask it again */
  | 'pause'
  /** let a stopped connection go on: from then on letters leave again */
  | 'resume'
  /** everything an admin sets up */
  | 'settings';

const rights = {
  owner: ['look', 'letters', 'mapping', 'reject', 'credits', 'pause', 'resume', 'settings'],
  recruiter: ['look', 'letters', 'mapping', 'reject', 'credits', 'pause'],
  viewer: ['look'],
  auditor: ['look'],
} as const satisfies Record<Role, readonly Right[]>;

export const roles = Object.keys(rights) as readonly Role[]; // the keys of the object above

/** The one place that says who may do what. */
export function may(role: Role, right: Right): boolean {
  const own: readonly Right[] = rights[role];
  return own.includes(right);
}
