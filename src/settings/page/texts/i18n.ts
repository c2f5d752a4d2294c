import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type japanese from './ja.json';

export type Texts = typeof japanese;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'texts';
    resources: { texts: Texts };
  }
}

export const languages = ['ja', 'en'] as const;
export type Language = (typeof languages)[number];

const loaders: Readonly<Record<Language, () => Promise<{ readonly default: object }>>> = {
  ja: () => import('./ja.json', { with: { type: 'json' } }),
  en: () => import('./en.json', { with: { type: 'json' } }),
};

/** The words of the page. Only the language that is read is loaded. */
export async function openTexts(language: Language): Promise<i18n> {
  const texts = createInstance();
  await texts.use(initReactI18next).init({
    lng: language,
    defaultNS: 'texts',
    resources: { [language]: { texts: (await loaders[language]()).default } },
    // React escapes.
    interpolation: { escapeValue: false },
  });
  return texts;
}

export async function changeLanguage(texts: i18n, language: Language): Promise<void> {
  if (!texts.hasResourceBundle(language, 'texts'))
    texts.addResourceBundle(language, 'texts', (await loaders[language]()).default);
  await texts.changeLanguage(language);
}

export function toLanguage(text: string | undefined): Language {
  return text?.toLowerCase().startsWith('en') ? 'en' : 'ja';
}

/** The one chosen before; else the first of the browser's own that we speak; else Japanese. */
export function chooseLanguage(chosen: string | null, preferred: readonly string[]): Language {
  if (chosen !== null) return toLanguage(chosen);
  return toLanguage(preferred.find((language) => /^(?:ja|en)\b/i.test(language)));
}
