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
export { openConsentPreview, type PreviewName, previewNames } from './preview.ts';
export { type ListedConsent, listConsents, readConsents, readStanding } from './store.ts';
