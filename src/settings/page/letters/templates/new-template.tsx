import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
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
  const [name, setName] = useState(from ? t('templates.copyOf', { name: from.name }).slice(0, 80) : '');
  const make = useMutation({
    mutationFn: () => {
      const asked: NewLetterTemplate = { name, ...(from && { from: from.id }) };
      return api.send<LetterTemplate>('POST', '/letter-templates', { company: slug, ...asked });
    },
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['/letter-templates'] });
      await go({ to: '/c/$company/letters/templates/$template', params: { company: slug, template: id } });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== '' && !make.isPending) make.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{from ? t('templates.beginsWith', { name: from.name }) : t('templates.beginsWithStandard')}</Text>
        <TextInput
          label={t('templates.name')}
          description={t('templates.nameText')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={80}
          autoComplete="off"
          data-autofocus
        />
        <ProblemNote thrown={make.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={make.isPending}>
            {t('templates.make')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
