import type { Tables } from '../../platform/tables.ts';

type TableName = keyof Tables & string;

/**
 * Every table of a company in an order that the foreign keys allow: what points at others goes before them. A step of several
 * tables points in circles or at itself and goes in one transaction; the others go in pieces. A test holds it against the
 * catalogue. `company` goes last and takes `company_deletion` with it.
 */
export const erasureSteps: readonly (readonly TableName[])[] = [
  ['data_export_part'],
  ['data_export'],
  ['outbox_mail'],
  ['notice_fact'],
  ['notice'],
  ['slack_route'],
  ['slack_place'],
  ['slack_person'],
  ['slack_wording'],
  ['slack_link_code'],
  ['slack_install'],
  ['slack_tie'],
  ['ledger_entry'],
  ['referral', 'credit', 'credit_reservation', 'ledger_posting'],
  ['write_back', 'receipt', 'consent'],
  ['consent_text'],
  ['page_text', 'page_text_draft'],
  ['link'],
  ['letter_batch_item'],
  ['letter_batch'],
  ['letter'],
  ['letter_template_version'],
  ['letter_template'],
  ['applicant'],
  ['sighting'],
  ['seen_row'],
  ['file_shape'],
  ['file_import'],
  ['hired_candidate'],
  ['rejection'],
  ['person'],
  ['poll'],
  ['silence'],
  ['delivery'],
  ['mapping_version'],
  ['connection_secret'],
  ['connection'],
  ['install_ticket'],
  ['install_attempt'],
  ['first_run_mark'],
  ['address_proof'],
  ['api_token'],
  ['invitation'],
  ['member'],
  ['agency_terms'],
  ['agency'],
  ['audit_entry'],
];

/** What stays after a company was erased, until its own day. */
export const keptTables: readonly TableName[] = ['kept_text', 'kept_consent'];
