import type { Context, VendorTemplate } from '../../src/connector/contract.ts';
import { findCandidateField } from './candidate-field.ts';
import * as vendor from './schema.ts';

/**
 * The company's rejection templates, the recruiters' own included. The API reads them and cannot change them.
 * Source: v3 email templates (OpenAPI of 2026-03-18, read 2026-11-22).
 */
export async function listTemplates(context: Context): Promise<readonly VendorTemplate[]> {
  const token = await readLinkToken(context);
  const templates = await context.http.list('/v3/email_templates', vendor.EmailTemplate, {
    email_type: 'candidate_rejection',
    per_page: '500',
  });
  return templates.map(({ id, name, body, html_body }) => {
    const content = [body ?? '', html_body ?? ''].join('\n');
    const showsPersonalLink = token !== null && shows(content, token);
    return { templateRef: String(id), name, content, showsPersonalLink, ...(body && { text: body }) };
  });
}

/** What shows the link field in a template, such as `{{CAREER_RELAY_LINK}}`; null where no field is named or it has no token. */
export async function readLinkToken(context: Context): Promise<string | null> {
  const nameKey = context.settings.linkField ?? '';
  const field = nameKey === '' ? undefined : await findCandidateField(context, nameKey);
  // Whether Greenhouse tells the braces with it is not documented.
  const name = field?.template_token_string?.replace(/^\s*\{\{\s*|\s*\}\}\s*$/g, '') ?? '';
  return name === '' ? null : `{{${name}}}`;
}

/** Spaces inside the braces and letter case are the writer's. */
function shows(content: string, token: string): boolean {
  const plain = (text: string) => text.replace(/\{\{\s*(.*?)\s*\}\}/g, '{{$1}}').toLowerCase();
  return plain(content).includes(plain(token));
}
