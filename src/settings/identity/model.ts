const hour = 3_600;

/** A session ends when nobody used it for this long … */
export const idleSeconds = hour / 2;
/** … and when this long has passed since it began, whatever was done with it. */
export const absoluteSeconds = 12 * hour;
/** How long a mailed link lets somebody in. */
export const linkSeconds = hour / 4;
export const firstLinkSeconds = 24 * hour;
export const invitationSeconds = 7 * 24 * hour;

export function isOverdue(createdAt: Date, now: Date): boolean {
  return now.getTime() - createdAt.getTime() >= absoluteSeconds * 1_000;
}

export function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1_000);
}

/** Addresses that differ in this form are different people to us. */
export function toEmail(typed: string): string {
  return typed.trim().toLowerCase();
}
