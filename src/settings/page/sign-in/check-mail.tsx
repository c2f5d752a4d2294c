import { List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../parts/links.tsx';
import { Frame } from './frame.tsx';

/** After asking for a link: the same whether the address is known or not. */
export function CheckMail() {
  const { t } = useTranslation();
  return (
    <Frame title={t('checkMail.title')} lead={t('checkMail.lead')}>
      <List spacing="xs">
        <List.Item>{t('checkMail.same')}</List.Item>
        <List.Item>{t('checkMail.spam')}</List.Item>
        <List.Item>{t('checkMail.invited')}</List.Item>
      </List>
      <Text size="sm" c="dimmed">
        {t('checkMail.close')}
      </Text>
      <ButtonLink to="/sign-in" variant="default">
        {t('checkMail.again')}
      </ButtonLink>
    </Frame>
  );
}
