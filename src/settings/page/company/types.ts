import type { z } from 'zod';
import type * as data from '../../api/data-schemas.ts';
import type * as schemas from '../../api/schemas.ts';
import type * as settings from '../../api/settings-schemas.ts';

/** What the API answers and takes about the company itself, as it travels. Types alone. */
export type Company = z.input<typeof schemas.Company>;
export type NewCompany = z.input<typeof schemas.NewCompany>;
/** Who the sender is. */
export type Details = Pick<Company, 'name' | 'locale' | 'postalAddress' | 'contactEmail'>;
export type CompanyChange = z.input<typeof settings.CompanyChange>;
export type Agency = z.input<typeof schemas.Agency>;
export type AgencyDetails = z.input<typeof schemas.AgencyDetails>;
export type AgencyLack = z.input<typeof schemas.AgencyLack>;
export type DataExport = z.input<typeof data.DataExport>;
export type Deletion = z.input<typeof data.Deletion>;
