import { Button, Menu, Stack, VisuallyHidden } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toLanguage } from '../../texts/i18n.ts';
import { BlockCard } from './block-card.tsx';
import { addBlock, canAdd, changeBlock, type Edited, kinds, makeBlock, moveBlock, removeBlock } from './edit.ts';
import styles from './editor.module.css';
import type { Locale, WordingFault } from './types.ts';

export interface BlockListProps {
  readonly edited: Edited;
  readonly locale: Locale;
  readonly faults: readonly WordingFault[];
  readonly maySet: boolean;
  readonly onChange: (edited: Edited) => void;
}

/** The parts of a letter in their order. Whoever moves one by the keyboard keeps the button he pressed. */
export function BlockList({ edited, locale, faults, maySet, onChange }: BlockListProps) {
  const { t, i18n } = useTranslation();
  const list = useRef<HTMLOListElement>(null);
  const adder = useRef<HTMLButtonElement>(null);
  const [told, setTold] = useState('');
  const wanted = useRef<string>(undefined);
  const language = toLanguage(i18n.language);

  useEffect(() => {
    if (wanted.current === undefined) return;
    const found = list.current?.querySelector<HTMLElement>(wanted.current);
    wanted.current = undefined;
    found?.focus();
  });

  function move(key: number, by: -1 | 1) {
    const moved = moveBlock(edited, key, by);
    const place = moved.blocks.findIndex((one) => one.key === key);
    // At an end the button in this direction is off, so the other one is taken.
    const isAtEnd = place === 0 || place === moved.blocks.length - 1;
    wanted.current = `li:nth-child(${place + 1}) [data-move="${isAtEnd ? -by : by}"]`;
    setTold(t('templates.moved', { place: place + 1 }));
    onChange(moved);
  }

  function remove(key: number) {
    setTold(t('templates.removed'));
    onChange(removeBlock(edited, key));
    adder.current?.focus();
  }

  function add(kind: (typeof kinds)[number]) {
    const added = addBlock(edited, makeBlock(kind));
    const known = new Set(edited.blocks.map(({ key }) => key));
    const place = added.blocks.findIndex(({ key }) => !known.has(key)) + 1;
    wanted.current = `li:nth-child(${place}) :is(textarea, input, [data-move="-1"])`;
    onChange(added);
  }

  return (
    <Stack gap="md">
      <ol ref={list} className={styles.blocks} aria-label={t('templates.blocks')}>
        {edited.blocks.map(({ key, block }, index) => (
          <BlockCard
            key={key}
            block={block}
            place={index + 1}
            count={edited.blocks.length}
            locale={locale}
            faults={faults.flatMap(({ at, message }) => (at === index ? [message[language]] : []))}
            maySet={maySet}
            onChange={(changed) => onChange(changeBlock(edited, key, changed))}
            onMove={(by) => move(key, by)}
            onRemove={() => remove(key)}
          />
        ))}
      </ol>
      <VisuallyHidden role="status">{told}</VisuallyHidden>
      {maySet && (
        <Menu position="bottom-start" returnFocus={false}>
          <Menu.Target>
            <Button
              ref={adder}
              variant="default"
              leftSection={<Plus size={18} aria-hidden />}
              style={{ alignSelf: 'flex-start' }}
            >
              {t('templates.add')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {kinds.map((kind) => (
              <Menu.Item key={kind} disabled={!canAdd(edited, kind)} onClick={() => add(kind)}>
                {t(`templates.kind.${kind}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Stack>
  );
}
