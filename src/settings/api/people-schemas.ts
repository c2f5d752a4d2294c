import { z } from 'zod';
import type { roles } from '../../company/index.ts';
import { Id, Instant, SlugParams } from './schemas.ts';

/** The JSON of members, invitations, sessions and tokens. */

export const Role = z
  .enum(['owner', 'recruiter', 'viewer', 'auditor'] satisfies (typeof roles)[number][])
  .describe(
    'owner: everything · recruiter: letters, mapping, credits · viewer: looks · auditor: looks, also at the log.',
  );
const UserId = z.string().min(1).max(100).describe('An id of ours.');

export const Me = z
  .object({
    kind: z.enum(['admin', 'user', 'token']).describe('admin: the bearer of the admin token.'),
    actor: z.string().describe('As the audit log names whoever asks.'),
    isOperator: z.boolean().describe('Looks after the whole installation: every company is open.'),
    user: z
      .object({
        id: UserId,
        name: z.string(),
        email: z.string(),
        hasSecondFactor: z.boolean().describe('Is asked for a code of an authenticator app at sign-in.'),
        passkeys: z.int().min(0),
      })
      .nullable()
      .describe('null for a token.'),
    companies: z.array(
      z.object({
        id: Id,
        slug: z.string(),
        name: z.string(),
        role: Role,
        endsAt: Instant.nullish().describe('When it is deleted; null: it stays.'),
      }),
    ),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;

export const Session = z
  .object({
    id: UserId,
    isCurrent: z.boolean().describe('The one that asks.'),
    createdAt: Instant,
    lastSeenAt: Instant.describe('To the minute.'),
    ipAddress: z.string().nullable(),
    userAgent: z.string().nullable(),
  })
  .meta({ id: 'Session' });

export const SessionParams = z.strictObject({ id: UserId });

export const Member = z
  .object({
    userId: UserId,
    name: z.string(),
    email: z.string(),
    role: Role,
    hasSecondFactor: z.boolean(),
    joinedAt: Instant,
  })
  .meta({ id: 'Member' });

export const MemberParams = SlugParams.extend({ userId: UserId });
export const RoleChange = z.strictObject({ role: Role }).meta({ examples: [{ role: 'recruiter' }] });

export const Invitation = z
  .object({
    id: Id,
    email: z.string(),
    role: Role,
    invitedBy: z.string().describe('As the audit log names them.'),
    createdAt: Instant,
    expiresAt: Instant,
  })
  .meta({ id: 'Invitation' });

export const NewInvitation = z
  .strictObject({ email: z.email('must be a mail address').max(254), role: Role })
  .meta({ examples: [{ email: 'hanako@example.com', role: 'recruiter' }] });

/** An id below a company. */
export const BelowCompany = SlugParams.extend({ id: Id });

export const ApiToken = z
  .object({
    id: Id,
    name: z.string(),
    role: Role,
    createdBy: z.string(),
    createdAt: Instant,
    lastUsedAt: Instant.nullable().describe('To the minute.'),
    expiresAt: Instant.nullable(),
  })
  .meta({ id: 'ApiToken' });

export const CreatedApiToken = ApiToken.extend({
  token: z.string().describe('Told this once.'),
}).meta({ id: 'CreatedApiToken' });

export const NewApiToken = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .regex(/^\P{Cc}*$/u, 'must be one line')
      .describe('Which program it is for.'),
    role: Role,
    expiresAt: Instant.nullable().default(null).describe('null: it ends when it is revoked.'),
  })
  .meta({ examples: [{ name: '集計 (BI)', role: 'viewer', expiresAt: '2027-03-31T15:00:00Z' }] });
