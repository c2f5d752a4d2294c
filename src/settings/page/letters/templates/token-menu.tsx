import { Button, Menu } from '@mantine/core';
import { Braces } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { tokens } from './edit.ts';

export interface TokenMenuProps {
  /** The field it puts something into. */
  readonly field: string;
  readonly onChoose: (token: string) => void;
}

/** What can be filled in for each applicant. */
export function TokenMenu({ field, onChoose }: TokenMenuProps) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-start" withinPortal returnFocus={false}>
      <Menu.Target>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<Braces size={15} aria-hidden />}
          aria-label={t('templates.tokenFor', { field })}
        >
          {t('templates.token')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {tokens.map((token) => (
          <Menu.Item key={token} onClick={() => onChoose(`{{ ${token} }}`)}>
            {t(`templates.tokens.${token}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
