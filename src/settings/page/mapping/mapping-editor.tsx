import { Alert, Button, Group, Stack, Switch, Tabs, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { History } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../api/client.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SaveBar } from '../parts/save-bar.tsx';
import { formatTime } from '../parts/time.tsx';
import { toLanguage } from '../texts/i18n.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { type Draft, isDirty, isOpen, toMapping, toStanding, toTouched, untouched } from './draft.ts';
import { FileMenu } from './file-menu.tsx';
import { HistoryDrawer } from './history-drawer.tsx';
import { Notes, Strangers } from './notes.tsx';
import { ReasonsView, StagesView } from './rules-view.tsx';
import type { MappingSearch } from './search.ts';
import type { Mapping, MappingOverview, ReadMappingFile, ReasonRule, StageRule } from './types.ts';
import { useOvertaker, useRefresh, useSave, useTemplates } from './use-mapping.ts';
import { toMaker } from './words.ts';

export interface MappingEditorProps {
  readonly slug: string;
  readonly read: Tagged<MappingOverview>;
  readonly mayMap: boolean;
  readonly isSentByAts: boolean;
  readonly search: MappingSearch;
  readonly onSearch: (change: MappingSearch) => void;
}

/** The rules of one connection. Only what was touched here lies over what stands, so others' changes stay when read anew. */
export function MappingEditor({ slug, read, mayMap, isSentByAts, search, onSearch }: MappingEditorProps) {
  const { t } = useTranslation();
  const overview = read.value;
  const { connectionId } = overview;
  const templates = useTemplates(slug);
  const [touched, setTouched] = useState<Draft>(untouched);
  const [strangers, setStrangers] = useState<ReadMappingFile['strangers']>([]);
  const [fileFault, setFileFault] = useState<unknown>();
  const [asked, setAsked] = useState<Mapping>();
  const [showsHistory, setShowsHistory] = useState(false);
  const refresh = useRefresh(connectionId);
  const save = useSave(connectionId, ({ version }) => {
    reset();
    notifications.show({ message: t('mapping.saved', { version }) });
  });
  const standing = toStanding(overview);
  const mapping = toMapping(standing, touched);
  const hasChanged = isDirty(standing, touched);
  const names = { nameOf: toNameOf(overview), templates };

  function reset() {
    setTouched(untouched);
    setStrangers([]);
    setAsked(undefined);
    save.reset();
  }

  function take(file: ReadMappingFile) {
    setTouched(toTouched(standing, file.mapping));
    setStrangers(file.strangers);
    if (!isDirty(standing, toTouched(standing, file.mapping)))
      notifications.show({ message: t('mapping.importedSame') });
  }

  const setReason = (ref: string, rule: ReasonRule) =>
    setTouched({ ...touched, reasons: { ...touched.reasons, [ref]: rule } });
  const setStage = (name: string, rule: StageRule) =>
    setTouched({ ...touched, stages: { ...touched.stages, [name]: rule } });
  const view = { slug, overview, rules: mapping, templates, isReadOnly: !mayMap };
  const open = overview.reasons.filter(isOpen).length;
  return (
    <Stack gap="lg">
      <Notes slug={slug} overview={overview} isSentByAts={isSentByAts} />
      {!mayMap && <Alert color="gray">{t('mapping.readOnly')}</Alert>}
      <ProblemNote thrown={fileFault} />
      {strangers.length > 0 && <Strangers strangers={strangers} onClose={() => setStrangers([])} />}
      <Tabs
        value={search.view ?? 'reasons'}
        onChange={(chosen) => onSearch({ view: chosen === 'stages' ? chosen : undefined })}
        keepMounted={false}
      >
        <Group justify="space-between" gap="md" mb="md">
          <Tabs.List>
            <Tabs.Tab value="reasons">{t('mapping.view.reasons')}</Tabs.Tab>
            <Tabs.Tab value="stages">{t('mapping.view.stages')}</Tabs.Tab>
          </Tabs.List>
          <Group gap="sm">
            <FileMenu connectionId={connectionId} mayMap={mayMap} onRead={take} onThrown={setFileFault} />
            <Button
              variant="default"
              leftSection={<History size={18} aria-hidden />}
              onClick={() => setShowsHistory(true)}
            >
              {t('mapping.history')}
            </Button>
          </Group>
        </Group>
        <Tabs.Panel value="reasons">
          <Stack gap="md">
            <Text c="dimmed" maw="48rem">
              {t('mapping.reasonsText')}
            </Text>
            <Switch
              size="md"
              label={t('mapping.onlyOpen', { count: open })}
              checked={search.show === 'open'}
              onChange={({ currentTarget }) => onSearch({ show: currentTarget.checked ? 'open' : undefined })}
            />
            <ReasonsView {...view} showsOpen={search.show === 'open'} onChange={setReason} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="stages">
          <StagesView {...view} onChange={setStage} />
        </Tabs.Panel>
      </Tabs>
      <HistoryDrawer
        connectionId={connectionId}
        etag={read.etag}
        isOpen={showsHistory}
        onClose={() => setShowsHistory(false)}
        mayRestore={mayMap && !hasChanged}
        hint={mayMap && hasChanged ? t('mapping.saveFirst') : undefined}
        {...names}
      />
      <ChangeDialog
        connectionId={connectionId}
        mapping={asked}
        title={t('mapping.saveTitle')}
        verb={t('save.save')}
        onClose={() => setAsked(undefined)}
        onConfirm={() => {
          save.mutate({ mapping, etag: read.etag });
          setAsked(undefined);
        }}
        isBusy={save.isPending}
        {...names}
      />
      <Overtaken connectionId={connectionId} thrown={save.error} />
      <SaveBar
        isDirty={hasChanged}
        isSaving={save.isPending}
        onSave={() => setAsked(mapping)}
        onReset={reset}
        thrown={save.error}
        onReload={() => {
          save.reset();
          void refresh();
        }}
      />
    </Stack>
  );
}

/** Who was quicker, and what becomes of what was typed here. */
function Overtaken({ connectionId, thrown }: { readonly connectionId: string; readonly thrown: unknown }) {
  const { t, i18n } = useTranslation();
  const newest = useOvertaker(connectionId, thrown);
  if (!newest) return null;
  const at = formatTime(newest.madeAt, toLanguage(i18n.language), 'minute');
  return (
    <Alert color="orange" variant="light" title={t('mapping.overtaken', { who: toMaker(t, newest), at })}>
      {t('mapping.overtakenText')}
    </Alert>
  );
}

function toNameOf({ reasons }: MappingOverview): (reasonRef: string) => string {
  const names = new Map(reasons.map(({ reasonRef, name }) => [reasonRef, name]));
  return (reasonRef) => names.get(reasonRef) ?? reasonRef;
}
