import type { z } from 'zod';
import type * as batches from '../../api/letter-batches-schemas.ts';
import type * as own from '../../api/letters-schemas.ts';
import type * as schemas from '../../api/schemas.ts';

/** What the API says of letters, as it travels. */
export type ListedLetter = z.input<typeof own.ListedLetter>;
export type LetterDetails = z.input<typeof own.LetterDetails>;
export type LetterCounts = z.input<typeof own.LetterCounts>;
export type LetterPreview = z.input<typeof own.LetterPreview>;
export type LetterDecision = z.input<typeof own.LetterDecision>;
export type LetterDecided = z.input<typeof own.LetterDecided>;
export type LetterForecast = z.input<typeof batches.LetterForecast>;
export type NewLetterBatch = z.input<typeof batches.NewLetterBatch>;
export type LetterBatch = z.input<typeof batches.LetterBatch>;
/** What narrows the list, as the API asks it. */
export type LetterFilter = NewLetterBatch['filter'];
export type TestMailSent = z.input<typeof own.TestMailSent>;
export type Connection = z.input<typeof schemas.Connection>;
export type Connector = z.input<typeof schemas.Connector>;
export type ExportedTemplate = z.input<typeof schemas.ExportedTemplate>;
export type VendorTemplate = z.input<typeof own.RejectionTemplate>;
export type LetterStatus = ListedLetter['status'];
export type LetterAct = LetterDecision['act'];
