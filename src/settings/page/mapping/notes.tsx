import { Alert, Stack } from '@mantine/core';
import { CircleAlert, Info } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { TextLink } from '../parts/links.tsx';
import type { MappingOverview, ReadMappingFile } from './types.ts';

export interface NotesProps {
  readonly slug: string;
  readonly overview: MappingOverview;
  /** Letters are sent by the ATS itself. */
  readonly isSentByAts: boolean;
}

/** What one must know before reading the rules: what waits, and where they come from. */
export function Notes({ slug, overview, isSentByAts }: NotesProps) {
  const { t } = useTranslation();
  const { ats, reasons, withoutReason, connectionId } = overview;
  const open = reasons.filter(({ heldUnknown }) => heldUnknown > 0);
  const waiting = open.reduce((sum, { heldUnknown }) => sum + heldUnknown, 0);
  return (
    <Stack gap="sm">
      {ats.state === 'unreachable' && (
        <Alert color="orange" variant="light" icon={<CircleAlert aria-hidden />} title={t('mapping.unreachable')}>
          {t('mapping.unreachableText', { code: ats.code })}{' '}
          <TextLink to="/c/$company/connections/$connection" params={{ company: slug, connection: connectionId }}>
            {t('mapping.toConnection')}
          </TextLink>
        </Alert>
      )}
      {ats.state === 'silent' && (
        <Alert color="blue" variant="light" icon={<Info aria-hidden />}>
          {t('mapping.silent')}
        </Alert>
      )}
      {isSentByAts && (
        <Alert color="blue" variant="light" icon={<Info aria-hidden />}>
          {t('mapping.sentByAts')}
        </Alert>
      )}
      {waiting > 0 && (
        <Alert
          color="orange"
          variant="light"
          icon={<CircleAlert aria-hidden />}
          title={t('mapping.waiting', { count: waiting })}
        >
          {t('mapping.waitingText', { count: open.length })}
        </Alert>
      )}
      {withoutReason.heldUnknown > 0 && (
        <Alert color="blue" variant="light" icon={<Info aria-hidden />}>
          {t('mapping.withoutReasonText', { count: withoutReason.heldUnknown })}{' '}
          <TextLink
            to="/c/$company/letters"
            params={{ company: slug }}
            search={{ show: 'waiting', reason: 'reason-unknown', connection: connectionId }}
          >
            {t('mapping.toLetters')}
          </TextLink>
        </Alert>
      )}
    </Stack>
  );
}

/** What of an imported file was left out. */
export function Strangers({
  strangers,
  onClose,
}: {
  readonly strangers: ReadMappingFile['strangers'];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<CircleAlert aria-hidden />}
      title={t('mapping.strangers', { count: strangers.length })}
      withCloseButton
      closeButtonLabel={t('close')}
      onClose={onClose}
    >
      {t('mapping.strangersText')}
      <ul>
        {strangers.map(({ kind, ref, name }) => (
          <li key={`${kind} ${ref}`}>
            {kind === 'stage' ? t('mapping.stageNamed', { name: ref }) : [name, ref].filter(Boolean).join(' ・ ')}
          </li>
        ))}
      </ul>
    </Alert>
  );
}
