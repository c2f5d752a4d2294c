import { type DeletionParts, type Deletions, openDeletions } from './deletion.ts';
import { type EraseParts, sweepErasures } from './erase.ts';
import { type ExportParts, type Exports, openExports } from './exports.ts';

export type CompanyDataParts = DeletionParts &
  ExportParts &
  Omit<EraseParts, 'connections'> & {
    readonly connections: DeletionParts['connections'] & EraseParts['connections'];
  };

/** What is held of a company: taken out as a file, and erased. */
export interface CompanyData {
  readonly exports: Exports;
  readonly deletions: Deletions;
  /** Erases the companies whose waiting time is over. For a ticker, like `exports.sweep`. */
  sweepErasures(): Promise<number>;
}

export function openCompanyData(parts: CompanyDataParts): CompanyData {
  return { exports: openExports(parts), deletions: openDeletions(parts), sweepErasures: () => sweepErasures(parts) };
}
