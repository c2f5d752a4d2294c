import { Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.tsx';
import { NameForm } from './name-form.tsx';
import type { LetterTemplate, NewLetterTemplate } from './types.ts';

export interface NewTemplateProps {
  readonly slug: string;
  /** What it begins with: another template, else the standard letter. undefined: nothing is asked. */
  readonly copied: { readonly from: LetterTemplate | undefined } | undefined;
  readonly onClose: () => void;
}

/** Asks for a name, and leads to the new template. */
export function NewTemplate({ slug, copied, onClose }: NewTemplateProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={copied !== undefined}
      onClose={onClose}
      title={t('templates.new')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {copied && <Question slug={slug} from={copied.from} onClose={onClose} />}
    </Modal>
  );
}

interface QuestionProps extends Pick<NewTemplateProps, 'slug' | 'onClose'> {
  readonly from: LetterTemplate | undefined;
}

function Question({ slug, from, onClose }: QuestionProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const go = useNavigate();
  const make = useMutation({
    mutationFn: (name: string) => {
      const asked: NewLetterTemplate = { name, ...(from && { from: from.id }) };
      return api.send<LetterTemplate>('POST', '/letter-templates', { company: slug, ...asked });
    },
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['/letter-templates'] });
      await go({ to: '/c/$company/letters/templates/$template', params: { company: slug, template: id } });
    },
  });

  return (
    <Stack>
      <Text>{from ? t('templates.beginsWith', { name: from.name }) : t('templates.beginsWithStandard')}</Text>
      <NameForm
        start={from ? t('templates.copyOf', { name: from.name }) : ''}
        verb={t('templates.make')}
        isBusy={make.isPending}
        thrown={make.error}
        onName={(name) => make.mutate(name)}
        onClose={onClose}
      />
    </Stack>
  );
}
