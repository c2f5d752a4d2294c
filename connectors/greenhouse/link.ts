import { z } from 'zod';
import type { Context, WriteBackResult } from '../../src/connector/contract.ts';
import {
  findCandidateField,
  isRefusal,
  type NamedField,
  readCandidate,
  unsuitable,
  writeCandidateField,
} from './candidate-field.ts';

const hourMs = 60 * 60 * 1000;
const LinkField = z.object({ valueType: z.enum(['url', 'short_text']) });

/**
 * Writes a person's link into the candidate field that the rejection template shows; the same link twice is one write.
 * A candidate has one such field, whatever the number of applications, so a later link takes the place of an earlier.
 * @throws RelayError vendor_field_unsuitable when no field is named, or the named one cannot hold a link.
 */
export async function writeLink(
  context: Context,
  { candidateRef, url }: { readonly candidateRef: string; readonly url: string },
): Promise<WriteBackResult> {
  const field: NamedField = { setting: 'linkField', nameKey: context.settings.linkField ?? '' };
  await readLinkField(context, field);
  const candidate = await readCandidate(context, candidateRef);
  if (!candidate) return { ok: false, reason: 'candidate-gone' };
  if (candidate.custom_fields?.[field.nameKey]?.value === url) return { ok: true };
  try {
    await writeCandidateField(context, candidate, field, url);
    return { ok: true };
  } catch (error) {
    if (isRefusal(error) && !(await readCandidate(context, candidateRef)))
      return { ok: false, reason: 'candidate-gone' };
    throw error;
  }
}

/** The field that links go into, remembered for an hour. @throws RelayError vendor_field_unsuitable. */
export function readLinkField(context: Context, field: NamedField): Promise<z.infer<typeof LinkField>> {
  return context.remember(`link-field ${field.nameKey}`, hourMs, LinkField, async () => {
    if (field.nameKey === '') throw unsuitable(field, 'a personal link needs a candidate field to stand in');
    const found = await findCandidateField(context, field.nameKey);
    if (!found) throw unsuitable(field, 'there is no active candidate field with this key');
    const known = LinkField.safeParse({ valueType: found.value_type });
    if (!known.success) throw unsuitable(field, `a field of type ${found.value_type} cannot hold a link`);
    return known.data;
  });
}
