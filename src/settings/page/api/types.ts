import type { z } from 'zod';
import type { ErrorCode } from '../../../platform/error-codes.ts';
import type { Role } from '../../../platform/tables.ts';
import type * as people from '../../api/people-schemas.ts';
import type * as schemas from '../../api/schemas.ts';

/**
 * What the API answers and takes, as it travels: drawn from the server's own schemas, so that page and API cannot drift.
 * Types alone: nothing of zod or the server gets into the page. Instants are ISO 8601 texts here.
 */
export type Credits = z.input<typeof schemas.Credits>;
export type Projection = z.input<typeof schemas.Projection>;
export type CreditEntry = z.input<typeof schemas.CreditEntry>;
export type Referral = z.input<typeof schemas.Referral>;
export type Reservation = z.input<typeof schemas.Reservation>;
export type NewReservation = z.input<typeof schemas.NewReservation>;

export type Me = z.input<typeof people.Me>;
export type Session = z.input<typeof people.Session>;
export type Member = z.input<typeof people.Member>;
export type RoleChange = z.input<typeof people.RoleChange>;
export type Invitation = z.input<typeof people.Invitation>;
export type NewInvitation = z.input<typeof people.NewInvitation>;
export type ApiToken = z.input<typeof people.ApiToken>;
export type CreatedApiToken = z.input<typeof people.CreatedApiToken>;
export type NewApiToken = z.input<typeof people.NewApiToken>;

export interface Listed<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** RFC 9457, as every error of the API is answered. */
export type ProblemDetails = z.input<typeof schemas.Problem>;

export type { ErrorCode, Role };
