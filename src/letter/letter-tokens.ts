import type { Rejection } from '../intake/index.ts';
import { linkDays } from './links.ts';
import type { LetterFacts } from './model.ts';
import type { Tokens } from './templates.ts';

/** What stands in the blanks of a letter; '' where it is not known. One place, so that a preview and the mail agree. */
export function toLetterTokens(
  {
    rejection,
    company,
    agency,
  }: Pick<LetterFacts, 'company' | 'agency'> & { readonly rejection: Pick<Rejection, 'job'> },
  own: { readonly candidateName: string; readonly relayUrl: string },
): Tokens {
  return {
    candidateName: own.candidateName,
    jobTitle: rejection.job ?? '',
    companyName: company.name,
    agencyName: agency?.name ?? '',
    relayUrl: own.relayUrl,
    linkDays: String(linkDays),
    postalAddress: company.postalAddress,
    contactEmail: company.contactEmail,
  };
}
