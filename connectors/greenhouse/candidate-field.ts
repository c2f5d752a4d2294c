import { type Context, RelayError } from '../../src/connector/contract.ts';
import { reads } from './reads.ts';
import * as vendor from './schema.ts';

/** The candidate with nothing but the custom fields; undefined once deleted or merged away. */
export function readCandidate(context: Context, candidateRef: string): Promise<vendor.CandidateFields | undefined> {
  return reads(context).candidate(candidateRef);
}

/** The active candidate field of this immutable key. */
export async function findCandidateField(context: Context, nameKey: string): Promise<vendor.CustomField | undefined> {
  const fields = await context.http.list('/v3/custom_fields', vendor.CustomField, {
    field_type: 'candidate',
    name_key: nameKey,
  });
  return fields.find((one) => one.name_key === nameKey && one.field_type === 'candidate' && one.active !== false);
}

/** A named setting and the field it names. */
export interface NamedField {
  readonly setting: 'consentField' | 'linkField';
  readonly nameKey: string;
}

/**
 * Writes one custom field. Greenhouse does not say whether a PATCH of `custom_fields` keeps the fields it does not name.
 * Should it not, this stops the connection after one candidate instead of emptying all of them.
 * @throws RelayError vendor_field_unsuitable naming the fields that were lost.
 */
export async function writeCandidateField(
  context: Context,
  before: vendor.CandidateFields,
  field: NamedField,
  value: string | number | boolean | null,
): Promise<void> {
  const { nameKey } = field;
  await context.http.patch(
    `/v3/candidates/${before.id}`,
    { custom_fields: [{ name_key: nameKey, value }] },
    vendor.Anything,
  );
  const others = toFilledKeys(before).filter((key) => key !== nameKey);
  if (others.length === 0) return;
  const after = await readCandidate(context, String(before.id));
  const left = new Set(after ? toFilledKeys(after) : others);
  const lost = others.filter((key) => !left.has(key));
  if (lost.length > 0) throw unsuitable(field, `writing it emptied ${lost.join(', ')}; leave ${field.setting} empty`);
}

function toFilledKeys(candidate: vendor.CandidateFields): readonly string[] {
  return Object.entries(candidate.custom_fields ?? {}).flatMap(([key, { value }]) =>
    value === null || value === undefined || value === '' ? [] : [key],
  );
}

export function unsuitable({ setting, nameKey }: NamedField, why: string): RelayError {
  return new RelayError('vendor_field_unsuitable', { message: `${setting} ${nameKey}: ${why}` });
}

/** A refusal that does not say why. */
export function isRefusal(error: unknown): boolean {
  return error instanceof RelayError && error.code === 'vendor_refused';
}
