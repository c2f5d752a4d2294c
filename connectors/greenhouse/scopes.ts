/**
 * The permissions asked for. Names: Harvest v3 OpenAPI, security schemes (read 2026-11-22); which are needed is ours.
 * Writing cannot be tried without leaving a trace, so `check` reads once per permission in `readScopes` and `tagScopes`.
 */
export const readScopes = {
  'harvest:applications:list': '/v3/applications',
  'harvest:rejection_details:list': '/v3/rejection_details',
  'harvest:rejection_reasons:list': '/v3/rejection_reasons',
  'harvest:candidates:list': '/v3/candidates',
  'harvest:notes:list': '/v3/notes',
} as const;

export const tagScopes = {
  'harvest:candidate_tags:list': '/v3/candidate_tags',
  'harvest:applied_candidate_tags:list': '/v3/applied_candidate_tags',
} as const;

export const scopes: readonly string[] = [
  ...Object.keys(readScopes),
  'harvest:notes:create',
  ...Object.keys(tagScopes),
  'harvest:candidate_tags:create',
  'harvest:applied_candidate_tags:create',
  'harvest:applied_candidate_tags:destroy',
  'harvest:candidates:update',
  'harvest:custom_fields:list',
  'harvest:custom_field_options:list',
  'harvest:email_templates:list',
  'harvest:applications:reject',
  'harvest:job_interview_stages:list',
];

/** Reserved for partners, and so for the authorisation code. */
export const webhookScopes: readonly string[] = [
  'harvest:webhooks:list',
  'harvest:webhooks:create',
  'harvest:webhooks:update',
];
