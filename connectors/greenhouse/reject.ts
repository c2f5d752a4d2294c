import type { Api, Context, Fields } from '../../src/connector/contract.ts';
import { isRefusal } from './candidate-field.ts';
import * as vendor from './schema.ts';

type Reject = NonNullable<Api<Fields, unknown>['reject']>;

/**
 * Rejects, and lets Greenhouse send one of the company's templates, now or at `sendAt`. Greenhouse refuses with 422 what is
 * rejected already, and anything else it does not like; which of them it was is asked for.
 * Source: v3 "Reject an application" (OpenAPI of 2026-03-18, read 2026-11-22).
 */
export async function reject(context: Context, item: Parameters<Reject>[1]): ReturnType<Reject> {
  try {
    await context.http.post(`/v3/applications/${toId(item.applicationRef)}/reject`, toBody(item), vendor.Anything);
    return { ok: true };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const [now] = await context.http.list('/v3/applications', vendor.Application, { ids: toId(item.applicationRef) });
    if (!now) return { ok: false, reason: 'application-gone' };
    if (now.status === 'rejected') return { ok: false, reason: 'already-rejected' };
    throw error;
  }
}

function toBody({ reasonRef, templateRef, sendAt }: Parameters<Reject>[1]): object {
  return {
    rejection_reason_id: Number(reasonRef),
    rejection_email: {
      email_template_id: Number(templateRef),
      ...(sendAt && { send_email_at: sendAt.toISOString() }),
    },
  };
}

/** A reference that is no number names nothing there; 0 does as well, and keeps the path what it is. */
function toId(ref: string): string {
  return /^\d{1,19}$/.test(ref) ? ref : '0';
}
