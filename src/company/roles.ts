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
  /** read who did what */
  | 'audit'
  /** see what an ATS sent, byte for byte */
  | 'bodies'
  /** everything an admin sets up */
  | 'settings'
  /** let people and programs in, and out */
  | 'members';

const rights = {
  owner: [
    'look',
    'letters',
    'mapping',
    'reject',
    'credits',
    'pause',
    'resume',
    'audit',
    'bodies',
    'settings',
    'members',
  ],
  recruiter: ['look', 'letters', 'mapping', 'reject', 'credits', 'pause'],
  viewer: ['look'],
  auditor: ['look', 'audit'],
} as const satisfies Record<Role, readonly Right[]>;

export const roles = Object.keys(rights) as readonly Role[]; // the keys of the object above

/** The one place that says who may do what. */
export function may(role: Role, right: Right): boolean {
  const own: readonly Right[] = rights[role];
  return own.includes(right);
}
