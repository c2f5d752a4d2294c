import {
  Accordion,
  Anchor,
  Badge,
  Button,
  Group,
  List,
  Paper,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCompany, useMay } from '../api/use-company.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { BackLink } from './back-link.tsx';
import { modes } from './modes.ts';
import type { Connector } from './types.ts';
import { useConnectors, useWords } from './use-connections.ts';

/** The ATSs on offer: what each can do, and what it cannot. */
export function GalleryPage() {
  const { t } = useTranslation();
  const maySet = useMay('settings');
  return (
    <>
      <BackLink />
      <PageTitle title={t('connections.gallery')} lead={t('connections.galleryLead')} />
      {!maySet && <EmptyState title={t('connections.owners')}>{t('connections.ownersText')}</EmptyState>}
      <Offers maySet={maySet} />
    </>
  );
}

export interface OffersProps {
  readonly maySet: boolean;
  /** What is done with the one that was chosen; without it its own page opens. */
  readonly onChoose?: (connector: Connector) => void;
}

/** Every connector, side by side. */
export function Offers({ maySet, onChoose }: OffersProps) {
  const connectors = useConnectors();
  return (
    <>
      <ProblemNote thrown={connectors.error} onRetry={() => void connectors.refetch()} />
      {connectors.isPending && <Skeleton height={260} radius="lg" />}
      <SimpleGrid component="ul" cols={{ base: 1, lg: 2 }} spacing="md" p={0} m={0} style={{ listStyle: 'none' }}>
        {connectors.data?.map((connector) => (
          <Offer key={connector.id} connector={connector} maySet={maySet} {...(onChoose ? { onChoose } : {})} />
        ))}
      </SimpleGrid>
    </>
  );
}

function Offer({ connector, maySet, onChoose }: OffersProps & { readonly connector: Connector }) {
  const { t } = useTranslation();
  const { slug } = useCompany();
  const { id, title, docs, waysIn, cannot } = connector;
  return (
    <Paper component="li" withBorder radius="lg" p="lg">
      <Stack gap="md" h="100%">
        <Group justify="space-between" gap="sm">
          <Title order={2}>{title}</Title>
          <Group gap="xs">
            {waysIn.map((way) => (
              <Badge key={way} variant="light" tt="none" size="lg" radius="sm" c="var(--mantine-color-text)">
                {t(`connections.way.${way}`)}
              </Badge>
            ))}
          </Group>
        </Group>
        <Stack gap={4}>
          <Text fw={600}>{t('connections.howLetters')}</Text>
          <List size="sm" spacing={4}>
            {modes
              .filter((mode) => connector.modes[mode].possible)
              .map((mode) => (
                <List.Item key={mode}>{t(`connections.mode.${mode}`)}</List.Item>
              ))}
          </List>
        </Stack>
        <Accordion variant="contained" radius="md">
          <Accordion.Item value="cannot">
            <Accordion.Control>
              {t('connections.cannot', { count: cannot.length + countImpossible(connector) })}
            </Accordion.Control>
            <Accordion.Panel>
              <Limits connector={connector} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        <Group justify="space-between" gap="sm" mt="auto">
          <Anchor href={docs} target="_blank" rel="noreferrer" underline="always" size="sm">
            {t('connections.docs', { title })}
          </Anchor>
          {maySet && onChoose && (
            <Button onClick={() => onChoose(connector)} aria-label={t('connections.connectTo', { title })}>
              {t('connections.connect')}
            </Button>
          )}
          {maySet && !onChoose && (
            <ButtonLink
              to="/c/$company/connections/new/$connector"
              params={{ company: slug, connector: id }}
              aria-label={t('connections.connectTo', { title })}
            >
              {t('connections.connect')}
            </ButtonLink>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

function countImpossible(connector: Connector): number {
  return modes.filter((mode) => !connector.modes[mode].possible).length;
}

/** What it cannot do, with the reason: said before one connects, not after. */
export function Limits({ connector }: { readonly connector: Connector }) {
  const { t } = useTranslation();
  const words = useWords();
  const impossible = modes.flatMap((mode) => {
    const { why } = connector.modes[mode];
    return why ? [{ what: t(`connections.mode.${mode}`), why: words(why) }] : [];
  });
  const others = connector.cannot.map(({ what, why }) => ({ what: words(what), why: words(why) }));
  return (
    <List size="sm" spacing="xs">
      {[...impossible, ...others].map(({ what, why }) => (
        <List.Item key={what}>
          <Text span inherit fw={600}>
            {what}
          </Text>
          <br />
          {why}
        </List.Item>
      ))}
    </List>
  );
}
