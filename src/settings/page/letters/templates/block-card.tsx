import { ActionIcon, Group, Paper, Stack, Text } from '@mantine/core';
import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from './edit.ts';
import { TypedField } from './typed-field.tsx';
import type { LetterBlock, Locale } from './types.ts';

export interface BlockCardProps {
  readonly block: LetterBlock;
  /** From 1. */
  readonly place: number;
  readonly count: number;
  readonly locale: Locale;
  /** What is wrong with it, in words. */
  readonly faults: readonly string[];
  readonly maySet: boolean;
  readonly onChange: (block: LetterBlock) => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

/** A part of a letter, with what can be done with it. */
export function BlockCard(props: BlockCardProps) {
  const { block, place, count, maySet, faults, onMove, onRemove } = props;
  const { t } = useTranslation();
  const name = t(`templates.kind.${block.kind}`);
  const isTyped = 'text' in block || 'label' in block || 'sender' in block;
  return (
    <Paper component="li" withBorder radius="lg" p="md">
      <Stack gap="sm">
        <Group justify="space-between" gap="sm" wrap="nowrap">
          <Text fw={600}>
            {place}. {name}
          </Text>
          {maySet && (
            <Group gap={4} wrap="nowrap">
              <ActionIcon
                variant="default"
                size="lg"
                data-move={-1}
                aria-label={t('templates.up', { place, name })}
                disabled={place === 1}
                onClick={() => onMove(-1)}
              >
                <ArrowUp size={18} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="default"
                size="lg"
                data-move={1}
                aria-label={t('templates.down', { place, name })}
                disabled={place === count}
                onClick={() => onMove(1)}
              >
                <ArrowDown size={18} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={t('templates.remove', { place, name })}
                onClick={onRemove}
              >
                <Trash2 size={18} aria-hidden />
              </ActionIcon>
            </Group>
          )}
        </Group>
        <Field {...props} />
        {!isTyped && faults.length > 0 && (
          <Text size="sm" c="var(--mantine-color-error)">
            {faults.join(' ')}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

function Field({ block, place, locale, faults, maySet, onChange }: BlockCardProps) {
  const { t } = useTranslation();
  const shared = { fault: faults.join(' '), isReadOnly: !maySet, lang: locale };
  const toLabel = (key: 'text' | 'label' | 'sender') => t(`templates.field.${key}`, { place });
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return (
        <TypedField
          {...shared}
          label={toLabel('text')}
          value={block.text}
          onChange={(text) => onChange({ ...block, text })}
          longest={limits[block.kind]}
          hasLines={block.kind === 'paragraph'}
        />
      );
    case 'link':
      return (
        <TypedField
          {...shared}
          label={toLabel('label')}
          description={t('templates.about.link')}
          value={block.label}
          onChange={(label) => onChange({ ...block, label })}
          longest={limits.label}
        />
      );
    case 'signature':
      return (
        <TypedField
          {...shared}
          label={toLabel('sender')}
          description={t('templates.about.signature')}
          value={block.sender}
          onChange={(sender) => onChange({ ...block, sender })}
          longest={limits.sender}
        />
      );
    default:
      return (
        <Text size="sm" c="dimmed">
          {t(`templates.about.${block.kind}`)}
        </Text>
      );
  }
}
