export {
  countLeftToPeople,
  listLeftToPeople,
  listStandingDecisions,
  renderDecisions,
  type StandingDecision,
} from './by-hand.ts';
export { type ConsentParts, type Consents, openConsents } from './consents.ts';
export { type ConsentCounts, countConsents } from './count.ts';
export type { Consent, Decision, Purpose } from './model.ts';
export {
  type OutcomeGroup,
  type OutcomeWeek,
  readConsentShare,
  readOutcomeGroups,
  readOutcomeWeeks,
  type Span,
} from './outcomes.ts';
export {
  type FixedPart,
  fixedParts,
  lintWords,
  longestWords,
  type OwnWords,
  PageWords,
  questionsAtMost,
  type WordsProblem,
} from './own-words.ts';
export { listVersions, readOwnWords, type WordsDraft, type WordsPlace, type WordsVersion } from './own-words-store.ts';
export { openConsentPreview, type PreviewName, previewNames } from './preview.ts';
export {
  discardDraft,
  type Publishing,
  publishDraft,
  readDesk,
  restoreVersion,
  returnToOurs,
  saveDraft,
  type WordsChange,
  type WordsDesk,
} from './publish-words.ts';
export { type ListedConsent, listConsents, readConsents, readStanding } from './store.ts';
