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
export { type LetterBatch, listBatches } from './batch-store.ts';
export type { CarriedLink } from './carried-link.ts';
export { type CheckedTemplate, checkTemplates } from './check-templates.ts';
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
export type { LetterFilter } from './filter.ts';
export { type ForecastState, forecastLetters } from './forecast.ts';
export { type GoingLive, readGoingLive } from './going-live.ts';
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
export type { MappingEffect, MappingPreview } from './mapping-effect.ts';
export { previewMapping } from './mapping-preview.ts';
export { type MappingUse, type RuleUse, readMappingUse } from './mapping-use.ts';
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
export { judgeTemplate, type LetterPreview, previewTemplate } from './preview.ts';
export { countByStatus, type FoundLetter, findLetter, type LetterSearch, searchLetters } from './search.ts';
export { type Letter, listLetters, readLetter } from './store.ts';
export { findBlankTokens, type Rendered, renderMail, type TemplateName, type Tokens } from './templates.ts';
export {
  changeTemplate,
  createTemplate,
  type Desk,
  discardDraft,
  publishDraft,
  readDesk,
  restoreVersion,
  saveDraft,
} from './wording/desk.ts';
export { toFaultWords } from './wording/fault-words.ts';
export { lintWording, type WordingFault } from './wording/lint.ts';
export { toCleanText, type Wording, wordingCharactersAtMost, wordingLimits, wordingTokens } from './wording/model.ts';
export { readToPaste } from './wording/paste.ts';
export { previewWording } from './wording/preview.ts';
export {
  type LetterTemplate,
  type LocaleState,
  listLocaleStates,
  listTemplates,
  listVersions,
  readTemplate as readOwnTemplate,
  type WordingVersion,
} from './wording/store.ts';
