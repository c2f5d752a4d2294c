import { Button, Modal, SegmentedControl, Skeleton, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../../api/client.ts';
import { useApi } from '../../api/use-api.tsx';
import { useCompany, useMay } from '../../api/use-company.ts';
import { TextLink } from '../../parts/links.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toLanguage } from '../../texts/i18n.ts';
import { DraftEditor } from './draft-editor.tsx';
import { NameForm } from './name-form.tsx';
import { PasteSection } from './paste-section.tsx';
import type { LetterTemplate, LetterTemplateChange, Locale } from './types.ts';

const route = getRouteApi('/c/$company/letters/templates/$template');
const locales = ['ja', 'en'] as const satisfies readonly Locale[];

/** One template: its languages, its words, its versions. */
export function TemplatePage() {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const { slug } = useCompany();
  const { template: id } = route.useParams();
  const search = route.useSearch();
  const go = route.useNavigate();
  const maySet = useMay('settings');
  const mayTest = useMay('letters');
  const locale = search.locale ?? toLanguage(i18n.language);
  const template = useQuery({
    queryKey: [`/letter-templates/${id}`],
    queryFn: ({ signal }) => api.getTagged<LetterTemplate>(`/letter-templates/${id}`, {}, signal),
  });
  return (
    <>
      <TextLink
        to="/c/$company/letters"
        params={{ company: slug }}
        search={{ view: 'templates' }}
        display="inline-block"
        mb="xs"
      >
        {t('templates.back')}
      </TextLink>
      <PageTitle title={template.data?.value.name ?? t('templates.one')} lead={t('templates.editLead')}>
        {maySet && template.data && <Rename template={template.data} />}
      </PageTitle>
      <Stack gap="lg">
        <SegmentedControl
          aria-label={t('templates.locale')}
          size="md"
          data={locales.map((value) => ({ value, label: t(`letters.locale.${value}`) }))}
          value={locale}
          onChange={(chosen) =>
            void go({ search: { locale: locales.find((one) => one === chosen) }, replace: true, resetScroll: false })
          }
          style={{ alignSelf: 'flex-start' }}
        />
        <ProblemNote thrown={template.error} onRetry={() => void template.refetch()} />
        {template.isPending && <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />}
        {template.data && (
          <DraftEditor slug={slug} template={template.data.value} locale={locale} maySet={maySet} mayTest={mayTest} />
        )}
      </Stack>
      {template.data && <PasteSection slug={slug} template={template.data.value} locale={locale} />}
    </>
  );
}

function Rename({ template }: { readonly template: Tagged<LetterTemplate> }) {
  const { t } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('templates.rename')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('templates.rename')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <RenameForm template={template} onClose={close} />
      </Modal>
    </>
  );
}

function RenameForm({
  template,
  onClose,
}: {
  readonly template: Tagged<LetterTemplate>;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const { id } = template.value;
  const rename = useMutation({
    mutationFn: (name: string) => {
      const change: LetterTemplateChange = { name };
      return api.send('PATCH', `/letter-templates/${id}`, change, template.etag);
    },
    onSuccess: async () => {
      onClose();
      await Promise.all([
        queries.invalidateQueries({ queryKey: [`/letter-templates/${id}`] }),
        queries.invalidateQueries({ queryKey: ['/letter-templates'] }),
      ]);
    },
  });

  return (
    <NameForm
      start={template.value.name}
      verb={t('templates.rename')}
      isBusy={rename.isPending}
      thrown={rename.error}
      onName={(name) => rename.mutate(name)}
      onClose={onClose}
    />
  );
}
