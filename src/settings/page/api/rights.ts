import type { Right } from '../../../company/roles.ts';
import type { Role } from './types.ts';

/**
 * What each role may do, so that the page shows no button that the server would refuse. The server decides
 * (src/company/roles.ts); a test holds the two together.
 */
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

export function isAllowed(role: Role, right: Right): boolean {
  const own: readonly Right[] = rights[role];
  return own.includes(right);
}
