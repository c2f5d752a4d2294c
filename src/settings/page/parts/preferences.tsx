import { ActionIcon, Button, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Moon, Sun, SunMoon } from 'lucide-react';
import { createContext, use } from 'react';
import { useTranslation } from 'react-i18next';
import { type Language, toLanguage } from '../texts/i18n.ts';

/** Changes the language of the page and remembers it. */
export const LanguageContext = createContext<(language: Language) => void>(() => undefined);

/** Goes over to the other language; written in that language, for who cannot read this one. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const choose = use(LanguageContext);
  const other: Language = toLanguage(i18n.language) === 'ja' ? 'en' : 'ja';
  return (
    <Button variant="subtle" color="gray" px="sm" fw={500} lang={other} onClick={() => choose(other)}>
      {other === 'ja' ? '日本語' : 'English'}
    </Button>
  );
}

const schemes = { light: Sun, dark: Moon, auto: SunMoon } as const;

/** Light, dark, or as the machine has it. */
export function SchemeSwitch() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = schemes[useComputedColorScheme('light')];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t('scheme.label')}>
          <Icon size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(['light', 'dark', 'auto'] as const).map((scheme) => {
          const Sign = schemes[scheme];
          return (
            <Menu.Item
              key={scheme}
              role="menuitemradio"
              aria-checked={scheme === colorScheme}
              leftSection={<Sign size={18} aria-hidden />}
              rightSection={scheme === colorScheme ? '✓' : undefined}
              onClick={() => setColorScheme(scheme)}
            >
              {t(`scheme.${scheme}`)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
