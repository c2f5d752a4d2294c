import { z } from 'zod';
import { previewNames } from '../../consent/index.ts';
import { AgencyLack, NewCompany } from './schemas.ts';

/** The JSON of a company's own details, and of what its applicants will read. */

const { name, locale, postalAddress, contactEmail } = NewCompany.shape;
export const CompanyChange = z
  .strictObject({ name, locale, postalAddress, contactEmail })
  .partial()
  .refine((change) => Object.keys(change).length > 0, { message: 'must change something' })
  .meta({ examples: [{ postalAddress: '東京都港区架空台7-8-9', contactEmail: 'saiyo@example.com' }] });

export const ConsentPreviewQuery = z.strictObject({
  locale: z.enum(['ja', 'en']).optional().describe("Without it the company's own."),
  page: z.enum(previewNames).default('ask').describe('What the applicant has answered so far; ask: nothing yet.'),
});

export const ConsentPreview = z
  .object({
    html: z.string().describe('A whole page, as applicants get it. The applicant is invented.'),
    lack: AgencyLack.nullable().describe('Why nobody is shown it now; null: all in order.'),
  })
  .meta({ id: 'ConsentPreview' });
