import { readAgency, readCompany } from '../company/index.ts';
import type { Connection, Connections, Connector } from '../connector/index.ts';
import { type AtsRejectParts, listRejectionTemplates, type RejectionTemplate } from './ats-reject.ts';
import { type ExportFacts, exportTemplate } from './export.ts';
import { type FoundWording, findWording, type Pastable } from './found-wording.ts';
import { listPublished, listTemplates } from './wording/store.ts';

export interface CheckParts extends Omit<AtsRejectParts, 'clock' | 'connections'> {
  readonly connections: AtsRejectParts['connections'] & Pick<Connections, 'connector'>;
}

/** A rejection template of the ATS, and the letter of ours that stands in it; null: none that we know. */
export interface CheckedTemplate extends RejectionTemplate {
  readonly ours: FoundWording | null;
}

/** Own words that are looked for, newest first: those of years ago are no longer recognised. */
const versionsAtMost = 100;

/** Which templates of the ATS carry our link, and whose words. @throws RelayError as listRejectionTemplates. */
export async function checkTemplates(parts: CheckParts, connection: Connection): Promise<readonly CheckedTemplate[]> {
  const templates = await listRejectionTemplates(parts, connection);
  const connector = parts.connections.connector(connection.connector);
  const ours = connector ? await listPastable(parts, connection, connector) : [];
  return templates.map((template) => ({ ...template, ours: findWording(template.words, ours) ?? null }));
}

/** Every letter that may have been pasted, as it would be today: names and addresses are today's. */
async function listPastable(
  { database, baseUrl }: Pick<CheckParts, 'database' | 'baseUrl'>,
  { companyId, mode }: Connection,
  connector: Connector,
): Promise<readonly Pastable[]> {
  const read = await database.forCompany(companyId, async (tx) => ({
    company: await readCompany(tx, companyId),
    agency: await readAgency(tx, companyId),
    templates: await listTemplates(tx, companyId),
    published: await listPublished(tx, { companyId, limit: versionsAtMost }),
  }));
  const { company, agency, templates, published } = read;
  if (!company || !agency) return [];
  // Only whether it is personal matters here: the sentences around the link differ.
  const link = { kind: mode === 'ats-personal' ? 'personal' : 'static', text: `${baseUrl}/r/${company.slug}` } as const;
  const write = (facts: Pick<ExportFacts, 'locale' | 'wording'>) =>
    exportTemplate({ connector, company, agency, link, ...facts }).text;
  const own = published.flatMap((wording): readonly Pastable[] => {
    const { templateId, locale, version } = wording;
    const template = templates.find(({ id }) => id === templateId);
    const newest = published.find((one) => one.templateId === templateId && one.locale === locale);
    if (!template) return [];
    const isNewest = newest === wording && template.archivedAt === null;
    const { id, name } = template;
    return [{ template: { id, name, version }, locale, isNewest, text: write({ locale, wording }), link: link.text }];
  });
  const standard = (['ja', 'en'] as const).map(
    (locale): Pastable => ({ template: null, locale, isNewest: true, text: write({ locale }), link: link.text }),
  );
  return [...standard, ...own];
}
