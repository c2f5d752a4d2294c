import { Alert, Button, Group, List, Modal, Select, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useMay } from '../api/use-company.ts';
import { useList } from '../api/use-list.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge, type Tone } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { Steps } from './add-page.tsx';
import type { PartProps } from './connection-page.tsx';
import styles from './files-tab.module.css';
import { Card } from './state-tab.tsx';
import type { Confirmation, Connector, FileImport, ImportAnswer } from './types.ts';
import { useRefresh, useWords } from './use-connections.ts';

/** The files that recruiters export: dropped here, understood together, remembered. */
export function FilesTab({ connector, connection }: PartProps) {
  const { t } = useTranslation();
  const words = useWords();
  const mayImport = useMay('letters');
  const mayConfirm = useMay('mapping');
  const api = useApi();
  const queries = useQueryClient();
  const resume = useMutation({
    mutationFn: (importId: string) => api.get<ImportAnswer>(`/imports/${importId}`),
    // It expired, or somebody else took it.
    onError: () => queries.invalidateQueries({ queryKey: [`/connections/${connection.id}/imports`] }),
  });
  return (
    <Stack gap="lg">
      {mayImport && (
        <Import
          key={resume.data?.importId}
          connector={connector}
          connectionId={connection.id}
          resumed={resume.data}
          onLeave={resume.reset}
        />
      )}
      <ProblemNote thrown={resume.error} />
      <Imports
        connectionId={connection.id}
        {...(mayImport &&
          mayConfirm && { onResume: resume.mutate, resuming: resume.isPending ? resume.variables : undefined })}
      />
      {connector.file && (
        <Card title={t('connections.fileGuide', { title: connector.title })}>
          <Steps steps={connector.file.guide.map(words)} />
        </Card>
      )}
    </Stack>
  );
}

export interface ImportProps {
  readonly connector: Connector;
  readonly connectionId: string;
  /** A file that was handed in before and waits: one goes on with it. */
  readonly resumed?: ImportAnswer | undefined;
  /** What was gone on with is left for another file. */
  readonly onLeave?: () => void;
}

/** One file on its way: handed in, its columns confirmed, taken. */
export function Import({ connector, connectionId, resumed, onLeave }: ImportProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const refresh = useRefresh();
  const path = `/connections/${connectionId}`;
  const [isAsking, setAsking] = useState(false);
  const settle = async () => {
    await Promise.all([queries.invalidateQueries({ queryKey: [`${path}/imports`] }), refresh()]);
  };
  const take = useMutation({
    mutationFn: ({ file, ask }: { readonly file: File; readonly ask: boolean }) =>
      api.upload<ImportAnswer>(`${path}/import`, { name: file.name, ...(ask ? { ask: 'true' } : {}) }, file),
    onSuccess: settle,
  });
  const confirm = useMutation({
    mutationFn: ({ importId, ...body }: Confirmation & { readonly importId: string }) =>
      api.send<ImportAnswer>('POST', `/imports/${importId}/confirm`, body),
    onSuccess: settle,
  });
  const answer = confirm.data ?? take.data ?? resumed;
  const file = take.variables?.file;

  function hand(next: File) {
    confirm.reset();
    take.mutate({ file: next, ask: isAsking });
    setAsking(false);
  }

  function askAnew() {
    if (!file) return;
    confirm.reset();
    take.mutate({ file, ask: true });
  }

  if (answer?.state === 'needs-confirmation')
    return (
      <Card title={t('connections.columnsTitle')}>
        <Columns
          key={answer.importId}
          connector={connector}
          answer={answer}
          isBusy={confirm.isPending}
          thrown={confirm.error}
          isResumed={answer === resumed}
          onCancel={() => {
            take.reset();
            confirm.reset();
            onLeave?.();
          }}
          onConfirm={(columns) => confirm.mutate({ importId: answer.importId, columns })}
        />
      </Card>
    );
  return (
    <Card title={t('connections.fileTitle')}>
      <DropArea onFile={hand} isBusy={take.isPending} />
      <ProblemNote thrown={take.error} />
      {answer?.state === 'done' && <Outcome answer={answer} onAskAnew={file && askAnew} />}
    </Card>
  );
}

interface DropAreaProps {
  readonly onFile: (file: File) => void;
  readonly isBusy: boolean;
}

/** A file is dropped here or chosen by the button. */
function DropArea({ onFile, isBusy }: DropAreaProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);

  function over(event: DragEvent) {
    event.preventDefault();
    setOver(true);
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !isBusy) onFile(file);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a short cut of the button inside
    <div
      className={styles.drop ?? ''}
      data-over={isOver}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileUp size={32} aria-hidden />
      <Text>{t('connections.drop')}</Text>
      <Button onClick={() => input.current?.click()} loading={isBusy}>
        {t('connections.chooseFile')}
      </Button>
      <Text size="sm" c="dimmed">
        {t('connections.fileKinds')}
      </Text>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t('connections.chooseFile')}
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) onFile(file);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
    </div>
  );
}

interface ColumnsProps {
  readonly connector: Connector;
  readonly answer: ImportAnswer;
  readonly isBusy: boolean;
  readonly thrown: unknown;
  /** It was opened far below, so the reader is taken to it. */
  readonly isResumed: boolean;
  readonly onCancel: () => void;
  readonly onConfirm: (columns: NonNullable<Confirmation['columns']>) => void;
}

type Chosen = Readonly<Record<string, string | null>>;

/** What was guessed, beside values of the file by which a person recognises it. */
function Columns({ connector, answer, isBusy, thrown, isResumed, onCancel, onConfirm }: ColumnsProps) {
  const { t } = useTranslation();
  const words = useWords();
  const guessed = new Map<string, string>(Object.entries(answer.columns));
  const headers = Object.keys(answer.sample);
  const [chosen, setChosen] = useState<Chosen>({});
  const columns = connector.file?.columns ?? [];
  const start = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (isResumed) start.current?.focus();
  }, [isResumed]);
  return (
    <Stack gap="md">
      <Text ref={start} tabIndex={-1}>
        {t('connections.columnsText', { count: answer.rows })}
      </Text>
      <Stack component="ul" gap="sm" p={0} m={0} className={styles.columns ?? ''}>
        {columns.map(({ column, label }) => {
          const header = column in chosen ? (chosen[column] ?? null) : (guessed.get(column) ?? null);
          const values = header === null ? [] : (answer.sample[header] ?? []);
          return (
            <li key={column} className={styles.column ?? ''}>
              <Select
                label={words(label)}
                data={headers}
                value={header}
                onChange={(next) => setChosen({ ...chosen, [column]: next })}
                placeholder={t('connections.noColumn')}
                clearable
                searchable
                clearButtonProps={{ 'aria-label': t('connections.clearColumn', { label: words(label) }) }}
                nothingFoundMessage={t('connections.noHeader')}
              />
              <Text size="sm" c="dimmed" className={styles.sample ?? ''}>
                {values.length > 0 ? t('connections.sample', { values: values.join(' ／ ') }) : '—'}
              </Text>
            </li>
          );
        })}
      </Stack>
      <ProblemNote thrown={thrown} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onCancel}>
          {t('connections.otherFile')}
        </Button>
        <Button onClick={() => onConfirm(chosen)} loading={isBusy}>
          {t('connections.confirmColumns')}
        </Button>
      </Group>
    </Stack>
  );
}

interface OutcomeProps {
  readonly answer: ImportAnswer;
  /** undefined: the file is no longer at hand. */
  readonly onAskAnew: (() => void) | undefined;
}

function Outcome({ answer, onAskAnew }: OutcomeProps) {
  const { t } = useTranslation();
  return (
    <Alert
      color={answer.setAside.length > 0 ? 'orange' : 'relay'}
      variant="light"
      role="status"
      title={t('connections.taken', { count: answer.rejections })}
    >
      <Stack gap="sm">
        <Text size="sm">
          {t('connections.takenText', {
            rows: answer.rows,
            skipped: answer.skipped,
            setAside: answer.setAside.length,
          })}
        </Text>
        <SetAside rows={answer.setAside} />
        {onAskAnew && (
          <Group>
            <Button variant="default" onClick={onAskAnew}>
              {t('connections.askAnew')}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

function SetAside({ rows }: { readonly rows: FileImport['setAside'] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return null;
  return (
    <List size="sm" className={styles.aside ?? ''}>
      {rows.map(({ line, reason }) => (
        <List.Item key={line}>
          <Text span inherit fw={600}>
            {t('connections.line', { line })}
          </Text>{' '}
          {reason}
        </List.Item>
      ))}
    </List>
  );
}

const tones = { done: 'good', 'needs-confirmation': 'attention', expired: 'idle' } as const satisfies Record<
  FileImport['state'],
  Tone
>;

interface ImportsProps {
  readonly connectionId: string;
  /** Goes on with a file that waits; undefined: one may not. */
  readonly onResume?: (importId: string) => void;
  /** The one that is being opened. */
  readonly resuming?: string | undefined;
}

/** Every file that was handed in, and what came of it. */
function Imports({ connectionId, onResume, resuming }: ImportsProps) {
  const { t } = useTranslation();
  const pages = useList<FileImport>(`/connections/${connectionId}/imports`, {});
  const [shown, setShown] = useState<FileImport>();
  const columns: readonly Column<FileImport>[] = [
    {
      id: 'at',
      header: t('connections.receivedAt'),
      width: '12rem',
      cell: ({ receivedAt }) => <Time at={receivedAt} />,
    },
    { id: 'name', header: t('connections.fileName'), cell: ({ name }) => name ?? '—' },
    {
      id: 'state',
      header: t('connections.importState'),
      width: '15rem',
      cell: ({ id, state, name }) => (
        <Group gap="sm">
          <StatusBadge tone={tones[state]}>{t(`connections.import.${state}`)}</StatusBadge>
          {onResume && state === 'needs-confirmation' && (
            <Button
              variant="default"
              onClick={() => onResume(id)}
              loading={resuming === id}
              aria-label={t('connections.resumeFile', { name: name ?? '' })}
            >
              {t('connections.resume')}
            </Button>
          )}
        </Group>
      ),
    },
    { id: 'rows', header: t('connections.rows'), width: '6rem', isNumber: true, cell: ({ rows }) => rows },
    {
      id: 'rejections',
      header: t('connections.rejections'),
      width: '8rem',
      isNumber: true,
      cell: ({ rejections }) => rejections,
    },
    {
      id: 'setAside',
      header: t('connections.setAside'),
      width: '9rem',
      isNumber: true,
      cell: (one) =>
        one.setAside.length === 0 ? (
          0
        ) : (
          <Button
            variant="default"
            onClick={() => setShown(one)}
            aria-label={t('connections.showSetAside', { count: one.setAside.length })}
          >
            {one.setAside.length}
          </Button>
        ),
    },
  ];
  return (
    <Stack gap="md">
      <Title order={2}>{t('connections.imports')}</Title>
      <DataTable
        label={t('connections.imports')}
        columns={columns}
        pages={pages}
        rowId={({ id }) => id}
        empty={<EmptyState title={t('connections.noImports')}>{t('connections.noImportsText')}</EmptyState>}
      />
      <Modal
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        title={t('connections.setAsideTitle')}
        size="lg"
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <Stack>
          <Text>{t('connections.setAsideText')}</Text>
          <SetAside rows={shown?.setAside ?? []} />
        </Stack>
      </Modal>
    </Stack>
  );
}
