import { useTranslation } from 'react-i18next';
import { useCompany } from '../api/use-company.ts';
import { TextLink } from '../parts/links.tsx';

/** The way back to the list. */
export function BackLink() {
  const { t } = useTranslation();
  const { slug } = useCompany();
  return (
    <TextLink to="/c/$company/connections" params={{ company: slug }} display="inline-block" mb="xs">
      {t('connections.back')}
    </TextLink>
  );
}
