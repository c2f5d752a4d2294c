export {
  type AskedRejection,
  type AtsRejectParts,
  listRejectionReasons,
  listRejectionTemplates,
  type PreviewRefusal,
  previewRejection,
  type RejectionPreview,
  type RejectionTemplate,
  rejectInAts,
} from './ats-reject.ts';
export type { CarriedLink } from './carried-link.ts';
export { readCompanyDecisions } from './company-decisions.ts';
export { countPlanned } from './count-planned.ts';
export {
  countLetters,
  countWaiting,
  listUnknownReasons,
  type UnknownReason,
  type WaitingLetters,
} from './counts.ts';
export { type DetailsRequest, type LetterDetails, listLettersOf, readLettersOf } from './details.ts';
export { type ExportedTemplate, exportTemplate } from './export.ts';
export { type Letters, type LettersParts, openLetters } from './letters.ts';
export {
  insertLinks,
  issueLink,
  type Link,
  linkDays,
  type NewLink,
  readLink,
  readLinks,
  toGrantsUntil,
} from './links.ts';
export { findGiftWords } from './lint.ts';
export { openMailer } from './mailer.ts';
export {
  type CancelReason,
  type HoldReason,
  type Locale,
  type SkipReason,
  toCandidateName,
  toFullName,
  toLocale,
} from './model.ts';
export { listLetterIdsOf } from './of-rejections.ts';
export { listOutbox, type OutboxMail } from './outbox.ts';
export { mailCsp } from './outbox-page.ts';
export { registerOutboxRoutes } from './outbox-routes.ts';
export { type LetterPreview, previewTemplate } from './preview.ts';
export { countByStatus, type FoundLetter, findLetter, type LetterSearch, searchLetters } from './search.ts';
export { type Letter, listLetters, readLetter } from './store.ts';
export { findBlankTokens, type Rendered, renderMail, type TemplateName, type Tokens } from './templates.ts';
