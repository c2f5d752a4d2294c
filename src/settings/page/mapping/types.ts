import type { z } from 'zod';
import type * as own from '../../api/mapping-schemas.ts';

/** What the API answers about a connection's mapping, as it travels. */
export type MappingOverview = z.input<typeof own.MappingOverview>;
export type MappedReason = MappingOverview['reasons'][number];
export type MappedStage = MappingOverview['stages'][number];
export type Sample = NonNullable<MappedReason['sample']>;
export type MappingPreview = z.input<typeof own.MappingPreview>;
export type MappingChange = MappingPreview['changes'][number];
export type MappingVersion = z.input<typeof own.MappingVersion>;
export type SavedMapping = z.input<typeof own.SavedMapping>;
export type Mapping = SavedMapping['mapping'];
export type ReasonRule = Mapping['reasons'][string];
export type StageRule = NonNullable<Mapping['stages']>[string];
export type MappingFile = z.input<typeof own.MappingFile>;
export type ReadMappingFile = z.input<typeof own.ReadMappingFile>;

/** A letter template of the company, as far as it is chosen here. */
export interface Template {
  readonly id: string;
  readonly name: string;
}
