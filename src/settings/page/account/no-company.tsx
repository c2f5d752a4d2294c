import { useTranslation } from 'react-i18next';
import { Frame } from '../sign-in/frame.tsx';

/** Signed in, and no member of any company: only another admin can change that. */
export function NoCompany() {
  const { t } = useTranslation();
  return (
    <Frame title={t('noCompany.title')} lead={t('noCompany.lead')}>
      {t('noCompany.text')}
    </Frame>
  );
}
