import { z } from 'zod';
import type { Locale } from '../model.ts';
import { readPart } from '../templates.ts';
import type { Wording } from './model.ts';

const Standard = z.object({
  subject: z.string(),
  blocks: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.enum(['greeting', 'refusal', 'divider']) }),
      z.object({ kind: z.enum(['heading', 'paragraph']), text: z.string() }),
      z.object({ kind: z.literal('link'), label: z.string() }),
      z.object({ kind: z.literal('signature'), sender: z.string() }),
    ]),
  ),
});

/** Our own letter as blocks: what a company's template begins with. */
export function readStandardWording(locale: Locale): Wording {
  return Standard.parse(JSON.parse(readPart('standard', locale, 'json')));
}
